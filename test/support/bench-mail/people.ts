/** The made-up people who write the generated mail. A few write much, most write little. */
import { Rng } from '../../fuzz/support/rng.ts';
import { encodeWords } from './encode.ts';
import { zipf } from './vocabulary.ts';

const given =
  'Ada Ben Clara David Eva Finn Greta Hugo Ines Jan Klara Leo Mara Nils Olga Paul Rosa Sven Tara Uwe Vera Wim Yara Zoë René Łucja Jiří Søren Märta Dvořák Иван Ольга 明 花子 偉 José'.split(
    ' ',
  );
const family =
  'Müller Schmidt Weiß Larsen Novák Kowalska Dupont Lefèvre García Núñez Rossi Silva Öztürk Svensson Meyer Jansen Horváth Петров Иванова 王 田中 山本 Smith Jones Brown Taylor Walker Wright Baker Cooper Fischer Köhler'.split(
    ' ',
  );
const domains = ['example.org', 'example.net', 'example.com', 'mail.example.org', 'firma.example'];

export interface Writer {
  /** As it reads, in any script. */
  readonly name: string;
  readonly address: string;
  /** `name <address>` for a header field, encoded where it must be (RFC 2047). */
  readonly field: string;
  readonly host: string;
}

const rng = new Rng(4_711);

/** The same for every seed of mail. */
export const writers: readonly Writer[] = Array.from({ length: 900 }, (_, index) => {
  const name = `${rng.pick(given)} ${rng.pick(family)}`;
  const host = rng.pick(domains);
  const local = name
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z]+/g, '.')
    .replace(/^\.|\.$/g, '');
  const address = `${local === '' ? 'post' : local}${index}@${host}`;
  return { name, address, field: `${encodeWords(name)} <${address}>`, host };
});

export function drawWriter(from: Rng): Writer {
  const writer = writers[zipf(from, writers.length)];
  if (writer === undefined) throw new RangeError('nobody writes');
  return writer;
}
