/** docs/protocol.md says what the code does, where that can be read off: limits, suites, places. */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { limits } from '../../app/leg/limits.ts';
import { suiteFacts, suites } from '../../app/leg/suites.ts';
import { listFiles } from '../architecture/import-graph.ts';
import { repository } from '../architecture/tree.ts';
import { vectorFiles, vectorPath } from './files.ts';

const read = (path: string): string => readFileSync(join(repository, path), 'utf8');
const protocol = read('docs/protocol.md');
const numberOf = (text: string): number => Number(text.replaceAll(',', ''));
const base64Length = (octets: number): number => Math.ceil(octets / 3) * 4;
const spelled = (value: number): string => value.toLocaleString('en-US');

test('its table of limits is the one in limits.ts, no more and no less', () => {
  const rows = [...protocol.matchAll(/^\| `([A-Za-z]+)` \| ([\d,]+) \|/gm)];
  const stated = rows.map(([, name = '', value = '']) => [name, numberOf(value)] as const);
  assert.deepEqual(Object.fromEntries(stated), { ...limits });
  assert.equal(stated.length, Object.keys(limits).length);
});

test('its table of suites is the one in suites.ts, in the same order', () => {
  const rows = [
    ...protocol.matchAll(
      /^\| `(\S+)` \| `(Noise_\S+)` \| ([\d,]+) octets, ([\d,]+) in base64 \| ([\d,]+) octets, ([\d,]+) in base64 \|$/gm,
    ),
  ];
  const stated = rows.map(([, token, noiseName, ...lengths]) => [
    token,
    noiseName,
    ...lengths.map(numberOf),
  ]);
  const built = suites.map((token) => {
    const { noiseName, message1Octets: one, message2Octets: two } = suiteFacts(token) ?? {};
    assert.ok(noiseName !== undefined && one !== undefined && two !== undefined);
    return [token, noiseName, one, base64Length(one), two, base64Length(two)];
  });
  assert.deepEqual(stated, built);
});

test('the longest lines that it states are those of the suites, and within the raised limit', () => {
  const words = protocol.replaceAll('\n', ' ');
  const longest = suites.map((token) => {
    const { message1Octets = 0, message2Octets = 0 } = suiteFacts(token) ?? {};
    const { keyIdOctets, serverNameOctets } = limits;
    const name = 'XSEAL '.length + token.length + 1 + keyIdOctets + 1 + serverNameOctets + 1;
    return [name + base64Length(message1Octets) + 2, 4 + base64Length(message2Octets) + 2];
  });
  const [hybrid = [], classical = []] = longest;
  const [line = 0, reply = 0] = hybrid;
  assert.ok(
    words.includes(`an XSEAL line of ${spelled(line)} octets and its reply of ${spelled(reply)}`),
  );
  assert.ok(words.includes(`they are ${classical.join(' and ')}, and a line of a card is 518`));
  assert.ok(Math.max(...longest.flat()) <= limits.sealLineOctets);
  assert.equal(limits.cardLineOctets + '250-\r\n'.length, 518);
  assert.ok(words.includes(`of up to ${spelled(limits.sealLineOctets)} octets with CRLF`));
});

test('names every vector file, and the hash of the word list', () => {
  for (const name of vectorFiles) assert.ok(protocol.includes(`\`${name}\``), name);
  const list = readFileSync(vectorPath('bip39-english.txt'));
  assert.ok(protocol.includes(hash('sha256', list)));
});

test('every section that the code refers to exists', () => {
  const sections = new Set(
    [...protocol.matchAll(/^##+ (\d+(?:\.\d+)*)\.? /gm)].map(([, number]) => number),
  );
  const sources = listFiles(repository).filter((file) => /\.(ts|tsx|md)$/.test(file));
  let seen = 0;
  for (const file of sources) {
    for (const [, list = ''] of read(file).matchAll(
      /docs\/protocol\.md((?:,? (?:and )?§\d+(?:\.\d+)*)+)/g,
    )) {
      for (const [, number = ''] of list.matchAll(/§(\d+(?:\.\d+)*)/g)) {
        seen += 1;
        assert.ok(sections.has(number), `${file} refers to §${number}`);
      }
    }
  }
  assert.ok(seen > 15, `${seen} references were found`);
});

test('its own cross-references exist', () => {
  const sections = new Set(
    [...protocol.matchAll(/^##+ (\d+(?:\.\d+)*)\.? /gm)].map(([, number]) => number),
  );
  // Sections of other texts have the text's name before them.
  const own = [
    ...protocol.matchAll(/(RFC \d+|Noise|FIPS 203|SP 800-38D)?( and)? ?§(\d+(?:\.\d+)*)/g),
  ]
    .filter(([, other]) => other === undefined)
    .map(([, , , number = '']) => number);
  assert.ok(own.length > 10);
  assert.deepEqual(
    own.filter((number) => !sections.has(number)),
    [],
  );
});
