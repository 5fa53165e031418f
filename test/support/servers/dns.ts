/**
 * A small UDP name server for made-up zones: A, SRV and TXT records (RFC 1035, RFC 2782), NXDOMAIN
 * for names it does not hold. For account discovery (RFC 6186) in tests and the demo.
 */
import { createSocket } from 'node:dgram';

export type DnsRecord =
  | { readonly type: 'A'; readonly address: string }
  | {
      readonly type: 'SRV';
      readonly target: string;
      readonly port: number;
      readonly priority?: number;
      readonly weight?: number;
    }
  | { readonly type: 'TXT'; readonly text: string };

/** Records by full name, such as `_imaps._tcp.example.test`. */
export type DnsZone = Readonly<Record<string, readonly DnsRecord[]>>;

export interface DnsServer {
  readonly port: number;
  /** `127.0.0.1:<port>`, as resolvers take it. */
  readonly address: string;
  /** Every question asked so far: `SRV _imaps._tcp.example.test`. */
  readonly questions: readonly string[];
  setZone(zone: DnsZone): void;
  /** While true nothing is answered. */
  setSilent(silent: boolean): void;
  stop(): Promise<void>;
}

const typeCodes = { A: 1, TXT: 16, SRV: 33 } as const;

export function encodeName(name: string): Buffer {
  const labels = name.split('.').filter((label) => label !== '');
  const parts = labels.map((label) => {
    const bytes = Buffer.from(label, 'latin1');
    if (bytes.length > 63) throw new Error(`label too long: ${label}`);
    return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  });
  return Buffer.concat([...parts, Buffer.from([0])]);
}

function u16(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, index * 2);
  return bytes;
}

function encodeData(record: DnsRecord): Buffer {
  switch (record.type) {
    case 'A':
      return Buffer.from(record.address.split('.').map(Number));
    case 'SRV':
      return Buffer.concat([
        u16(record.priority ?? 0, record.weight ?? 0, record.port),
        encodeName(record.target),
      ]);
    case 'TXT':
      return Buffer.concat([Buffer.from([record.text.length]), Buffer.from(record.text)]);
  }
}

interface Question {
  readonly id: number;
  readonly name: string;
  readonly typeCode: number;
  /** The question section as it came. */
  readonly section: Buffer;
}

function readQuestion(query: Buffer): Question | undefined {
  if (query.length < 17 || query.readUInt16BE(4) !== 1) return undefined;
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length !== 0; length = query[at] ?? 0) {
    if (length > 63 || at + length + 1 >= query.length) return undefined;
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  if (at + 5 > query.length) return undefined;
  return {
    id: query.readUInt16BE(0),
    name: labels.join('.').toLowerCase(),
    typeCode: query.readUInt16BE(at + 1),
    section: query.subarray(12, at + 5),
  };
}

/** The answer to one query datagram; undefined when it is not a question. */
export function answerQuery(query: Buffer, zone: DnsZone): Buffer | undefined {
  const question = readQuestion(query);
  if (question === undefined) return undefined;
  const held = Object.entries(zone).find(([name]) => name.toLowerCase() === question.name)?.[1];
  const records = (held ?? []).filter((record) => typeCodes[record.type] === question.typeCode);
  const answers = records.map((record) => {
    const data = encodeData(record);
    // 0xc00c points back at the question's name; TTL 1 second.
    return Buffer.concat([u16(0xc00c, question.typeCode, 1, 0, 1, data.length), data]);
  });
  // QR, AA, RD, RA; response code 3 is NXDOMAIN.
  const flags = 0x8580 | (held === undefined ? 3 : 0);
  const header = u16(question.id, flags, 1, answers.length, 0, 0);
  return Buffer.concat([header, question.section, ...answers]);
}

export async function startDns(zone: DnsZone): Promise<DnsServer> {
  const socket = createSocket('udp4');
  const questions: string[] = [];
  let current = zone;
  let silent = false;
  socket.on('message', (query, from) => {
    const question = readQuestion(query);
    if (question === undefined) return;
    const type = Object.entries(typeCodes).find(([, code]) => code === question.typeCode)?.[0];
    questions.push(`${type ?? question.typeCode} ${question.name}`);
    const answer = silent ? undefined : answerQuery(query, current);
    if (answer !== undefined) socket.send(answer, from.port, from.address);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, '127.0.0.1', resolve);
  });
  const { port } = socket.address();
  return {
    port,
    address: `127.0.0.1:${port}`,
    questions,
    setZone: (next) => {
      current = next;
    },
    setSilent: (next) => {
      silent = next;
    },
    stop: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

/** SRV records of one mail domain, as a provider would publish them. RFC 6186, RFC 8314 §5.1 */
export function mailZone(
  domain: string,
  ports: { imap?: number; imaps?: number; submission?: number; submissions?: number },
  target = 'localhost',
): DnsZone {
  const zone: Record<string, readonly DnsRecord[]> = {};
  for (const [service, port] of Object.entries(ports)) {
    if (port === undefined) continue;
    zone[`_${service}._tcp.${domain}`] = [{ type: 'SRV', target, port, weight: 1 }];
  }
  return zone;
}
