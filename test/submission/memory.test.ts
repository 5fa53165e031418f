/** Memory stays flat while a large attachment is attached, built, submitted and copied to Sent. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import * as z from 'zod';
import { startLab, user } from '../imap/engine-lab.ts';

const megabytes = 90;
const mostGrowthBytes = 64 * 1024 * 1024;
const report = z.object({
  before: z.number(),
  attaching: z.number(),
  building: z.number(),
  submitting: z.number(),
  copying: z.number(),
});

/** Takes every message and remembers only how long it was. */
async function startSink() {
  const lengths: number[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let tail = '';
    let inText = false;
    let length = 0;
    socket.on('error', () => undefined);
    socket.write('220 sink ESMTP\r\n');
    socket.on('data', (chunk: Buffer) => {
      if (inText) {
        length += chunk.length;
        tail = (tail + chunk.subarray(-5).toString('latin1')).slice(-5);
        if (tail !== '\r\n.\r\n') return;
        inText = false;
        lengths.push(length);
        socket.write('250 2.0.0 queued\r\n');
        return;
      }
      for (const line of chunk.toString('latin1').split('\r\n').slice(0, -1)) {
        inText ||= line === 'DATA';
        length = 0;
        const ehlo = '250-sink\r\n250 AUTH PLAIN\r\n';
        const usual = line.startsWith('AUTH') ? '235 ok\r\n' : '250 ok\r\n';
        socket.write(line.startsWith('EHLO') ? ehlo : line === 'DATA' ? '354 go on\r\n' : usual);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const stop = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { port: address.port, lengths, stop };
}

test('a 90 MB attachment is never held: less than 64 MB more at any step', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'outbox-memory-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const lab = await startLab();
  t.after(() => lab.stop());
  const sink = await startSink();
  t.after(() => sink.stop());
  const child = spawn(
    process.execPath,
    [
      '--expose-gc',
      join(import.meta.dirname, 'memory-child.ts'),
      dir,
      String(sink.port),
      String(lab.dovecot.imapPort),
      user,
      String(megabytes),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  const growth = report.parse(JSON.parse(output));
  t.diagnostic(JSON.stringify(growth));
  assert.ok((sink.lengths[1] ?? 0) > megabytes * 1_000_000, 'the whole message was submitted');
  for (const step of ['attaching', 'building', 'submitting', 'copying'] as const) {
    assert.ok(growth[step] < mostGrowthBytes, `${step}: ${growth[step]} bytes`);
  }
});
