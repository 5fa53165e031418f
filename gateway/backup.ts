/**
 * A backup of the keys as one file of text that only its passphrase opens: scrypt (RFC 7914) and
 * AES-256-GCM from node:crypto. Knows no paths and asks nobody. docs/gateway.md, keys.
 */
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { z } from 'zod';
import { fingerprintWords } from '../app/leg/fingerprint.ts';
import { decodeBase64, encodeBase64 } from '../app/leg/key-card.ts';
import { ConfigError } from './config.ts';
import { encodeKeys, parseKeys, type StoredKeys } from './key-store.ts';

const format = 'letterlock-gateway-backup';
/** Version 1 fixes the cost, so that a made-up file cannot ask for more: 128 MiB, half a second. */
const cost = { N: 131_072, r: 8, p: 1, maxmem: 256 * 1_048_576 };
const tagOctets = 16;
export const maxBackupOctets = 262_144;

const headSchema = z.strictObject({
  format: z.literal(format),
  version: z.literal(1),
  madeAt: z.iso.datetime(),
  /** Public key and words: which server this is the backup of. */
  identity: z.string().max(64),
  words: z.string().max(200),
  salt: z.string().max(64),
  nonce: z.string().max(64),
});
const backupSchema = headSchema.extend({ data: z.base64().max(maxBackupOctets) });
type Head = z.infer<typeof headSchema>;

/** @returns text of a few lines, ASCII */
export async function encodeBackup(
  keys: StoredKeys,
  passphrase: string,
  now: Date,
): Promise<string> {
  const salt = randomBytes(16);
  const nonce = randomBytes(12);
  const head: Head = {
    format,
    version: 1,
    madeAt: now.toISOString(),
    identity: encodeBase64(keys.identity.publicKey),
    words: fingerprintWords(keys.identity.publicKey),
    salt: encodeBase64(salt),
    nonce: encodeBase64(nonce),
  };
  const cipher = createCipheriv('aes-256-gcm', await deriveKey(passphrase, salt), nonce);
  cipher.setAAD(encodeHead(head));
  const data = Buffer.concat([cipher.update(encodeKeys(keys), 'utf8'), cipher.final()]);
  const sealed = Buffer.concat([data, cipher.getAuthTag()]);
  return `${JSON.stringify({ ...head, data: encodeBase64(sealed) }, undefined, 2)}\n`;
}

/**
 * @param path where the text is from, for errors
 * @throws ConfigError when it is no backup, was changed, or the passphrase is another
 */
export async function openBackup(
  path: string,
  text: string,
  passphrase: string,
): Promise<StoredKeys> {
  const { data, ...head } = parseBackup(path, text);
  let plain: string;
  try {
    const key = await deriveKey(passphrase, decodeBase64(head.salt, 16));
    const sealed = Buffer.from(data, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', key, decodeBase64(head.nonce, 12), {
      authTagLength: tagOctets,
    });
    decipher.setAAD(encodeHead(head));
    decipher.setAuthTag(sealed.subarray(-tagOctets));
    const octets = [decipher.update(sealed.subarray(0, -tagOctets)), decipher.final()];
    plain = Buffer.concat(octets).toString('utf8');
  } catch (cause) {
    throw new ConfigError(`keys: ${path}: the passphrase is another, or the file was changed`, {
      cause,
    });
  }
  return parseKeys(path, plain);
}

function parseBackup(path: string, text: string): z.infer<typeof backupSchema> {
  try {
    return backupSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new ConfigError(`keys: ${path} is not a backup of letterlock-gateway`, { cause });
  }
}

/** In one fixed order: the head is authenticated with the keys. */
function encodeHead(head: Head): Buffer {
  const { madeAt, identity, words, salt, nonce } = head;
  return Buffer.from([format, '1', madeAt, identity, words, salt, nonce].join('\n'), 'utf8');
}

function deriveKey(passphrase: string, salt: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // The same words typed on two systems are the same octets.
    scrypt(passphrase.normalize('NFC'), salt, 32, cost, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
