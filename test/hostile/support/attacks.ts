/** Attacks and expectations that several test files share. Imported by test/hostile only. */
import type { Attack } from './network.ts';
import type { Attacks, Expected } from './world.ts';

export const both = (attack: Attack): Attacks => ({ imap: attack, submission: attack });
export const stopped = (code: RegExp): Expected => ({
  lock: 'stopped',
  imap: code,
  submission: code,
});
export const offline = (code: RegExp): Expected => ({
  lock: 'offline',
  imap: code,
  submission: code,
});
/** A leg that broke when it was open. */
export const broken = /^leg\.(protocol|truncated)$/;

/** Takes words out of EHLO replies and capability lists. */
export function strip(...words: string[]): Attack {
  const name = words.join('|');
  const line = new RegExp(`^250([ -])(${name})\\b.*\\r\\n$`, 'i');
  const word = new RegExp(` (${name})(=\\S+)?(?=[ \\]\\r])`, 'gi');
  return {
    serverLine: (text) => {
      const last = line.exec(text)?.[1];
      if (last === ' ') return '250 HELP\r\n';
      return last === '-' ? '' : text.replace(word, '');
    },
  };
}

/** The octet at a place with one bit turned. */
export function flipped(octets: Buffer, bit: number): Buffer {
  const copy = Buffer.from(octets);
  const at = Math.floor(bit / 8) % copy.length;
  copy[at] = (copy[at] ?? 0) ^ (1 << (bit % 8));
  return copy;
}
