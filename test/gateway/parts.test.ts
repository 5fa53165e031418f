import assert from 'node:assert/strict';
import { Duplex, PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { ConnectionCounter, clientOf } from '../../gateway/connection-counter.ts';
import { defaultLimits } from '../../gateway/limits.ts';
import { formatLine } from '../../gateway/log.ts';
import { OctetReader } from '../../gateway/octet-reader.ts';
import { encodeProxyHeader } from '../../gateway/proxy-protocol.ts';
import { ReplayGuard } from '../../gateway/replay-guard.ts';
import { LineTooLong } from '../../gateway/session-end.ts';

describe('octet reader', () => {
  it('gives the same lines however the octets are cut', async () => {
    const text = 'one\r\ntwo\n\r\nthree\r\n';
    for (let size = 1; size <= text.length; size += 1) {
      const stream = new PassThrough();
      const reader = new OctetReader(stream);
      for (let at = 0; at < text.length; at += size) stream.write(text.slice(at, at + size));
      stream.end();
      const lines: string[] = [];
      for (let line = await reader.readLine(99); line; line = await reader.readLine(99)) {
        lines.push(line.toString());
      }
      assert.deepEqual(lines, ['one\r\n', 'two\n', '\r\n', 'three\r\n']);
    }
  });

  it('takes a line of exactly the limit and refuses one octet more, with or without its end', async () => {
    const read = (text: string): Promise<Buffer | undefined> => {
      const stream = new PassThrough();
      const reader = new OctetReader(stream);
      stream.write(text);
      return reader.readLine(8);
    };
    assert.equal((await read('123456\r\n'))?.length, 8);
    await assert.rejects(read('1234567\r\n'), LineTooLong);
    await assert.rejects(read('12345678'), LineTooLong);
  });

  it('reads no further than its limit while nobody takes octets', async () => {
    let pushed = 0;
    const stream = new Duplex({
      highWaterMark: 1024,
      read() {
        pushed += 1024;
        this.push(Buffer.alloc(1024));
      },
      write(_chunk, _encoding, callback) {
        callback();
      },
    });
    const reader = new OctetReader(stream);
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.ok(pushed >= 65_536 && pushed <= 65_536 + 8_192, `${pushed} octets read`);
    assert.equal((await reader.readExactly(100_000))?.length, 100_000);
    stream.destroy();
  });

  it('tells a break from an end', async () => {
    const broken = new PassThrough();
    const reader = new OctetReader(broken);
    broken.write('half');
    broken.destroy();
    await assert.rejects(reader.readLine(99), /closed before its end/);
    const ended = new PassThrough();
    const other = new OctetReader(ended);
    ended.end('half');
    assert.equal(await other.readLine(99), undefined);
  });

  it('gives back everything that was not taken when it is released', async () => {
    const stream = new PassThrough();
    const reader = new OctetReader(stream);
    stream.write('line\nrest');
    await reader.readLine(99);
    assert.equal(reader.waiting, 4);
    assert.equal(reader.release().toString(), 'rest');
    assert.equal(stream.isPaused(), true);
    assert.equal(stream.listenerCount('data'), 0);
  });
});

describe('log line', () => {
  it('stays one line, with the same fields, whatever a value holds', () => {
    const line = formatLine(new Date(0), 'info', 'session', {
      client: '::1',
      text: 'a\r\nb "c" end=x \u2028\x1b[0m\u00e9',
      missing: undefined,
    });
    assert.equal(
      line,
      '1970-01-01T00:00:00.000Z info session client=::1 text="a\\r\\nb \\"c\\" end=x \\u2028\\u001b[0m\\u00e9"',
    );
  });
});

describe('PROXY header', () => {
  const ends = { remotePort: 1, localPort: 2 };
  it('names both ends in one family, and mapped addresses plainly', () => {
    assert.equal(
      encodeProxyHeader({ ...ends, remoteAddress: '::ffff:192.0.2.1', localAddress: '192.0.2.2' }),
      'PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n',
    );
    assert.equal(
      encodeProxyHeader({ ...ends, remoteAddress: 'fe80::1%eth0', localAddress: '2001:db8::2' }),
      'PROXY TCP6 fe80::1 2001:db8::2 1 2\r\n',
    );
  });

  it('says UNKNOWN for anything else', () => {
    assert.equal(
      encodeProxyHeader({ ...ends, remoteAddress: '', localAddress: '192.0.2.2' }),
      'PROXY UNKNOWN\r\n',
    );
    assert.equal(
      encodeProxyHeader({ ...ends, remoteAddress: '::1', localAddress: '192.0.2.2' }),
      'PROXY UNKNOWN\r\n',
    );
  });
});

describe('connection counter', () => {
  it('counts an IPv6 /64 as one client, and each IPv4 address as its own', () => {
    assert.equal(clientOf('2001:db8:1:2::1'), clientOf('2001:db8:1:2:ffff::9'));
    assert.notEqual(clientOf('2001:db8:1:2::1'), clientOf('2001:db8:1:3::1'));
    assert.equal(clientOf('::1'), '0:0:0:0::/64');
    assert.equal(clientOf('::ffff:192.0.2.1'), '192.0.2.1');
  });

  it('keeps to both limits and gives places back', () => {
    const counter = new ConnectionCounter({
      ...defaultLimits,
      connectionsPerAddress: 2,
      connections: 3,
    });
    const release = counter.admit('192.0.2.1');
    assert.ok(counter.admit('192.0.2.1'));
    assert.equal(counter.admit('192.0.2.1'), undefined);
    assert.ok(counter.admit('192.0.2.2'));
    assert.equal(counter.admit('192.0.2.3'), undefined);
    release?.();
    assert.ok(counter.admit('192.0.2.3'));
  });
});

describe('replay guard', () => {
  it('admits a message once, and forgets the oldest only when full', () => {
    const guard = new ReplayGuard(2);
    const [a, b, c] = [Buffer.from('a'), Buffer.from('b'), Buffer.from('c')];
    assert.deepEqual([guard.admit(a), guard.admit(b), guard.admit(a)], [true, true, false]);
    assert.equal(guard.admit(c), true);
    assert.deepEqual([guard.admit(c), guard.admit(b), guard.admit(a)], [false, false, true]);
  });
});
