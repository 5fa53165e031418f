/**
 * Fuzz target: contract frames at the dispatcher, as a hostile window might send them. Input: JSON text.
 * A call gets exactly one well-formed answer, anything else none; nothing is ever thrown.
 */
import * as z from 'zod';
import { callFrame, downFrame, methods } from '../../app/contract/index.ts';
import type { MethodHandlers } from '../../app/engine-types.ts';
import { RequestError } from '../../app/errors.ts';
import { silentLogger } from '../../app/log.ts';
import { Dispatcher } from '../../main/engine/dispatcher.ts';
import { tokens } from './support/mutator.ts';
import { Rng } from './support/rng.ts';
import { expectRule, type FuzzTarget } from './support/target.ts';
import { generateValue } from './support/value-generator.ts';

const names = Object.keys(methods);
const schemaOptions = { unrepresentable: 'any', io: 'input' } as const;
const inputSchemas = Object.entries(methods).map(
  ([name, { input }]) => [name, z.toJSONSchema(input, schemaOptions)] as const,
);
const outputSchemas = new Map(
  Object.entries(methods).map(([name, { output }]) => [
    name,
    z.toJSONSchema(output, { ...schemaOptions, io: 'output' }),
  ]),
);

/** Handlers that answer what fits, what does not, and throw; chance decides, by the input's own seed. */
function createHandlers(rng: () => Rng, onCall: (input: unknown) => void): MethodHandlers {
  const entries = names.map((name) => [
    name,
    (input: unknown) => {
      onCall(input);
      const chance = rng();
      if (chance.oneIn(8)) throw new RequestError('part.not-found', { partId: '1' });
      if (chance.oneIn(8)) throw new TypeError('odd');
      return generateValue(outputSchemas.get(name), chance, 40);
    },
  ]);
  // The keys are those of the contract; what the handlers return is checked by the dispatcher.
  return Object.fromEntries(entries) as MethodHandlers;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function frameOf(method: string, input: unknown): Buffer {
  return Buffer.from(JSON.stringify({ kind: 'call', id: 7, method, input }), 'utf8');
}

export function createTarget(): FuzzTarget {
  const sent: string[] = [];
  const counts = { calls: 0, handled: 0 };
  let chance = new Rng(1);
  let handled: unknown[] = [];
  const dispatcher = new Dispatcher({
    handlers: createHandlers(
      () => chance,
      (input) => handled.push(input),
    ),
    send: (json) => sent.push(json),
    logger: silentLogger,
  });
  const first = new Rng(1);
  return {
    seeds: inputSchemas.map(([name, schema]) => frameOf(name, generateValue(schema, first, 1e9))),
    dictionary: tokens(
      ...names,
      ...[
        '"__proto__":',
        '"constructor":',
        '{"a":',
        '[[[[',
        '"kind":"call"',
        '"id":',
        '"input":',
        '1e999',
      ],
      ...[
        'null',
        'true',
        '-0',
        '"\\u0000"',
        '"\\ud800"',
        '{}',
        '[]',
        ',',
        '}',
        '"',
        '9007199254740993',
      ],
    ),
    maxLength: 20_000,
    counts,
    generate(rng) {
      const [name, schema] = rng.pick(inputSchemas);
      return frameOf(name, generateValue(schema, rng, 12));
    },
    async run(input) {
      sent.length = 0;
      handled = [];
      chance = new Rng(input.length * 31 + (input[input.length >> 1] ?? 0));
      const text = input.toString('utf8');
      await dispatcher.dispatch(text);
      const call = callFrame.safeParse(parse(text));
      if (!call.success) {
        expectRule(sent.length === 0 && handled.length === 0, 'what is no call is not answered');
        return;
      }
      counts.calls += 1;
      counts.handled += handled.length;
      expectRule(sent.length === 1, 'a call gets one answer');
      const answer = downFrame.safeParse(parse(sent[0] ?? ''));
      expectRule(answer.success, 'an answer is a frame of the contract');
      const { data } = answer;
      expectRule(
        data.kind !== 'event' && data.id === call.data.id,
        'an answer has the id of its call',
      );
      expectRule(
        handled.every((value) => Object.getPrototypeOf(value) === Object.prototype),
        'a handler sees plain objects',
      );
      expectRule(!('polluted' in {}), 'no frame changes the prototype of objects');
    },
  };
}
