/** The keys as a person reads them out, and as a program reads them: public halves only. */
import { fingerprintWords } from '../app/leg/fingerprint.ts';
import { encodeBase64 } from '../app/leg/key-card.ts';
import type { StoredKeys } from './key-store.ts';
import { sealKeyState } from './seal-key-life.ts';

interface IdentityView {
  /** Ed25519, base64 of 32 octets. */
  readonly key: string;
  /** Eight words. */
  readonly words: string;
}

export interface KeysView {
  readonly identity: IdentityView;
  readonly sealKeys: readonly {
    readonly suite: string;
    readonly keyId: string;
    readonly key: string;
    readonly validFrom: string;
    readonly validUntil: string;
    readonly state: string;
  }[];
  readonly successor?: IdentityView & { readonly announcedAt: string; readonly switchAt: string };
  /** Newest first. */
  readonly predecessors: readonly IdentityView[];
}

export function viewOf(keys: StoredKeys, now: Date): KeysView {
  const { identity, sealKeys, next, predecessors } = keys;
  return {
    identity: identityView(identity.publicKey),
    sealKeys: sealKeys.map((key) => ({
      suite: key.suite,
      keyId: key.keyId,
      key: encodeBase64(key.publicKey),
      validFrom: key.validFrom.toISOString(),
      validUntil: key.validUntil.toISOString(),
      state: sealKeyState(sealKeys, key, now),
    })),
    ...(next && {
      successor: {
        ...identityView(next.identity.publicKey),
        announcedAt: next.announcedAt.toISOString(),
        switchAt: next.switchAt.toISOString(),
      },
    }),
    predecessors: predecessors.map((link) => identityView(link.identity)),
  };
}

/** Lines for a terminal, without an ending. */
export function describeKeys(view: KeysView): string {
  const { identity, sealKeys, successor, predecessors } = view;
  const lines = ['Identity', `  ed25519 ${identity.key}`, '  Words to read out:'];
  lines.push(...wordLines(identity.words), '', 'Seal keys');
  for (const key of sealKeys) {
    const dates = `${day(key.validFrom)} to ${day(key.validUntil)}`;
    lines.push(`  ${key.state.padEnd(8)} ${dates}  ${key.keyId}  ${key.suite}`);
  }
  if (successor !== undefined) {
    lines.push('', `Next identity, from ${minute(successor.switchAt)}`);
    lines.push(`  ed25519 ${successor.key}`, '  Words to read out from then on:');
    lines.push(...wordLines(successor.words));
  }
  if (predecessors.length > 0) lines.push('', 'Earlier identities: their clients follow');
  for (const { key, words } of predecessors) lines.push(`  ed25519 ${key}`, `    ${words}`);
  return lines.join('\n');
}

/** Eight words in two numbered rows, as one reads them to someone who compares. */
export function wordLines(words: string): string[] {
  const cells = words.split(' ').map((word, at) => `${at + 1} ${word.padEnd(10)}`);
  return [cells.slice(0, 4), cells.slice(4)].map((row) => `    ${row.join(' ').trimEnd()}`);
}

/** `2026-12-24 08:00 UTC` */
export function minute(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`;
}

function identityView(publicKey: Uint8Array): IdentityView {
  return { key: encodeBase64(publicKey), words: fingerprintWords(publicKey) };
}

function day(time: string): string {
  return time.slice(0, 10);
}
