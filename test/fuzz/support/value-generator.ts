/** Values that fit a JSON schema, as a rule: now and then one is wrong on purpose. */
import * as z from 'zod';
import type { Rng } from './rng.ts';

const schema = z.looseObject({
  type: z.string().optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  items: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  format: z.string().optional(),
});

const oddValues: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  0.5,
  1e308,
  2 ** 53,
  '',
  'x',
  '\u0000\ud800',
  'a'.repeat(5_000),
  [],
  {},
  [[[[[[]]]]]],
  { constructor: { prototype: { polluted: true } } },
  JSON.parse('{"__proto__":{"polluted":true}}'),
  Array.from({ length: 1_500 }, () => 0),
];

/**
 * @param jsonSchema as zod writes it; what is not understood becomes an odd value
 * @param wrongOneIn how seldom a part is wrong
 */
export function generateValue(jsonSchema: unknown, rng: Rng, wrongOneIn: number): unknown {
  if (rng.oneIn(wrongOneIn)) return rng.pick(oddValues);
  const parsed = schema.safeParse(jsonSchema);
  if (!parsed.success) return rng.pick(oddValues);
  const { data } = parsed;
  const choices = data.anyOf ?? data.oneOf;
  if (choices !== undefined) return generateValue(rng.pick(choices), rng, wrongOneIn);
  if ('const' in data) return data.const;
  if (data.enum !== undefined) return rng.pick(data.enum);
  switch (data.type) {
    case 'object': {
      const entries = Object.entries(data.properties ?? {}).filter(
        ([key]) => data.required?.includes(key) === true || rng.oneIn(2),
      );
      return Object.fromEntries(
        entries.map(([key, each]) => [key, generateValue(each, rng, wrongOneIn)]),
      );
    }
    case 'array':
      return Array.from({ length: rng.below(4) }, () => generateValue(data.items, rng, wrongOneIn));
    case 'string':
      return data.format === 'date-time'
        ? '2026-11-01T00:00:00Z'
        : rng.pick(['a', 'Zm9v', 'a@b.c']);
    case 'integer':
    case 'number':
      return 1 + rng.below(400);
    case 'boolean':
      return rng.oneIn(2);
    default:
      return rng.pick(oddValues);
  }
}
