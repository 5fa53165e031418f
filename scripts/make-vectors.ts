/**
 * Writes docs/vectors/: the same octets on every run, because time and chance are given. With
 * `--check` it writes nothing and fails when a file differs. docs/protocol.md, appendix A.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { makeCardVectors } from './vectors/cards.ts';
import { makeHandshakeVectors } from './vectors/handshakes.ts';
import { classical, hybrid } from './vectors/keys.ts';
import { makeSessionVectors } from './vectors/sessions.ts';

const folder = join(import.meta.dirname, '../docs/vectors');

/** File names below docs/vectors and their text. */
export async function makeVectors(): Promise<ReadonlyMap<string, string>> {
  const documents = {
    'key-card.json': makeCardVectors(),
    'handshake-nk.json': makeHandshakeVectors({
      suite: classical,
      service: 'imap',
      serverName: 'imap.example.org',
      clientOctets: 'a CAPABILITY\r\n',
      serverOctets: '* OK ready\r\n* CAPABILITY IMAP4rev2 LOGINDISABLED\r\na OK done\r\n',
    }),
    'handshake-nkhfs.json': makeHandshakeVectors({
      suite: hybrid,
      service: 'submission',
      serverName: '2001:db8::25',
      // As inside TLS after STARTTLS: no greeting.
      clientOctets: 'EHLO [127.0.0.1]\r\n',
      serverOctets: `250-mail.example.org\r\n250 XPUBKEY ${hybrid}\r\n`,
    }),
    'session-smtp.json': await makeSessionVectors({
      service: 'submission',
      suite: hybrid,
      triesOldKey: false,
    }),
    'session-imap.json': await makeSessionVectors({
      service: 'imap',
      suite: classical,
      triesOldKey: true,
    }),
  };
  const files = new Map<string, string>();
  for (const [name, document] of Object.entries(documents)) {
    files.set(name, `${JSON.stringify(document, undefined, 2)}\n`);
  }
  files.set('bip39-english.txt', `${wordlist.join('\n')}\n`);
  return files;
}

async function main(): Promise<number> {
  const check = process.argv.includes('--check');
  let differing = 0;
  for (const [name, text] of await makeVectors()) {
    const path = join(folder, name);
    if (!check) {
      writeFileSync(path, text);
    } else if (readFileSync(path, 'utf8') !== text) {
      console.log(`${name} differs`);
      differing += 1;
    }
  }
  return differing === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = await main();
