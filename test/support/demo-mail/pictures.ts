/** Pictures and papers made in code, so that no binary file lies in the tree: PNG, PDF, CSV, iCalendar. */
import { crc32, deflateSync } from 'node:zlib';

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

export type Colour = readonly [red: number, green: number, blue: number];

/** An 8-bit RGB PNG. `paint` gives the colour at x, y, each from 0 to 1. */
export function png(
  width: number,
  height: number,
  paint: (x: number, y: number) => Colour,
): Buffer {
  const rows = Buffer.alloc(height * (width * 3 + 1));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * (width * 3 + 1) + 1 + x * 3;
      rows.set(
        paint(x / width, y / height).map((part) => Math.max(0, Math.min(255, Math.round(part)))),
        at,
      );
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function mix(a: Colour, b: Colour, t: number): Colour {
  const at = (index: 0 | 1 | 2): number => a[index] + (b[index] - a[index]) * t;
  return [at(0), at(1), at(2)];
}

const skies: readonly (readonly [low: Colour, high: Colour])[] = [
  [
    [246, 214, 178],
    [118, 150, 190],
  ],
  [
    [250, 235, 200],
    [226, 140, 110],
  ],
  [
    [190, 222, 220],
    [64, 110, 140],
  ],
];

/** Sun, sky and hills; `seed` moves them. */
export function landscape(seed: number, width = 560, height = 240): Buffer {
  const [low, high] = skies[seed % skies.length] ?? [
    [250, 235, 200],
    [118, 150, 190],
  ];
  const sun = 0.2 + 0.15 * (seed % 5);
  const ridge = (layer: number, x: number): number =>
    0.45 +
    layer * 0.13 +
    0.05 * Math.sin(x * (6 + layer * 3) + seed * layer) +
    0.03 * Math.sin(x * 17 + layer + seed);
  return png(width, height, (x, y) => {
    const nearest = [3, 2, 1].find((layer) => y > ridge(layer, x));
    if (nearest !== undefined) return mix(mix(high, [40, 60, 62], 0.35), [28, 44, 48], nearest / 3);
    if (Math.hypot((x - sun) * (width / height), y - 0.3) < 0.11) return [255, 246, 222];
    return mix(high, low, Math.min(1, y * 1.5));
  });
}

/** A plain tile with a disc: a logo of nobody. */
export function logo(ground: Colour, disc: Colour, size = 96): Buffer {
  return png(size, size, (x, y) => {
    const distance = Math.hypot(x - 0.5, y - 0.5);
    return distance < 0.32 && !(Math.abs(x - y) < 0.05) ? disc : ground;
  });
}

/** One A4 page with lines of text in Helvetica; ASCII only. */
export function pdf(title: string, lines: readonly string[]): Buffer {
  const escapeText = (text: string): string => text.replace(/[\\()]/g, '\\$&');
  const text = [
    `BT /F1 20 Tf 72 760 Td (${escapeText(title)}) Tj ET`,
    ...lines.map(
      (line, index) => `BT /F1 11 Tf 72 ${720 - index * 18} Td (${escapeText(line)}) Tj ET`,
    ),
  ].join('\n');
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${text.length} >>\nstream\n${text}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let out = '%PDF-1.4\n';
  const offsets = objects.map((body, index) => {
    const at = out.length;
    out += `${index + 1} 0 obj\n${body}\nendobj\n`;
    return at;
  });
  const start = out.length;
  out += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  out += offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  out += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(out, 'latin1');
}

export function csv(rows: readonly (readonly (string | number)[])[]): Buffer {
  return Buffer.from(`${rows.map((row) => row.join(',')).join('\r\n')}\r\n`);
}

function icsTime(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d+/g, '');
}

/** An invitation with one event. RFC 5545 */
export function invitation(event: {
  uid: string;
  summary: string;
  place: string;
  organizer: string;
  attendee: string;
  start: Date;
  hours: number;
  madeAt: Date;
}): string {
  const end = new Date(event.start.getTime() + event.hours * 3_600_000);
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//example.org//demo//EN',
    'METHOD:REQUEST',
    'BEGIN:VEVENT',
    `UID:${event.uid}`,
    `DTSTAMP:${icsTime(event.madeAt)}`,
    `DTSTART:${icsTime(event.start)}`,
    `DTEND:${icsTime(end)}`,
    `SUMMARY:${event.summary}`,
    `LOCATION:${event.place}`,
    `ORGANIZER:mailto:${event.organizer}`,
    `ATTENDEE;RSVP=TRUE:mailto:${event.attendee}`,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');
}
