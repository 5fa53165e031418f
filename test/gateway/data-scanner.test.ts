import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DataScanner } from '../../gateway/smtp/data-scanner.ts';

/** Feeds pieces; gives the verdict and how many octets passed before it. */
function scan(pieces: readonly string[]): { verdict: string; length: number } {
  const scanner = new DataScanner();
  let length = 0;
  for (const piece of pieces) {
    const result = scanner.scan(Buffer.from(piece, 'latin1'));
    if (result.kind === 'end') return { verdict: 'end', length: length + result.length };
    if (result.kind === 'ambiguous') return { verdict: 'ambiguous', length };
    length += piece.length;
  }
  return { verdict: 'more', length };
}

/** The rule, written as expressions: the first lone dot between any line ends decides. */
function expected(text: string): { verdict: string; end?: number } {
  const at = /(?<=^|[\r\n])\.(?=[\r\n])/.exec(text)?.index;
  if (at === undefined) return { verdict: 'more' };
  const strictBefore = at === 0 || text.slice(0, at).endsWith('\r\n');
  if (strictBefore && text.startsWith('\r\n', at + 1)) return { verdict: 'end', end: at + 3 };
  // The LF may still come.
  if (strictBefore && text.slice(at + 1) === '\r') return { verdict: 'more' };
  return { verdict: 'ambiguous' };
}

describe('end of DATA', () => {
  it('is CRLF . CRLF, or . CRLF at once for an empty message', () => {
    assert.deepEqual(scan(['a\r\n.\r\nQUIT']), { verdict: 'end', length: 6 });
    assert.deepEqual(scan(['.\r\nQUIT']), { verdict: 'end', length: 3 });
    assert.deepEqual(scan(['\r\n..\r\n.a\r\n.', '\r', '\nX']), { verdict: 'end', length: 13 });
  });

  it('follows the rule for every mix of dots, CR and LF, however it is cut', () => {
    const octets = fc.array(fc.constantFrom('\r', '\n', '.', 'a', '\r\n', '\r\n.'), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(octets, fc.array(fc.nat(40), { maxLength: 4 }), (parts, cuts) => {
        const text = parts.join('');
        const places = [0, ...cuts.filter((cut) => cut < text.length), text.length];
        places.sort((a, b) => a - b);
        const pieces = places.slice(1).map((place, at) => text.slice(places[at], place));
        const result = scan(pieces);
        const rule = expected(text);
        assert.equal(result.verdict, rule.verdict);
        if (rule.end !== undefined) assert.equal(result.length, rule.end);
      }),
      { numRuns: 5_000 },
    );
  });

  it('holds the CR of a possible end back', () => {
    const scanner = new DataScanner();
    assert.deepEqual(scanner.scan(Buffer.from('a\r\n.\r')), { kind: 'more', held: 1 });
    assert.deepEqual(scanner.scan(Buffer.from('x')), { kind: 'ambiguous' });
  });
});
