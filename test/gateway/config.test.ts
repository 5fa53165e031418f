import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseCommandLine } from '../../gateway/arguments.ts';
import { ConfigError, parseConfig, parseEndpoint } from '../../gateway/config.ts';
import { defaultLimits } from '../../gateway/limits.ts';

const listener = { service: 'imap', listen: '0.0.0.0:143', backend: '127.0.0.1:10143' };
const good = { stateDir: '/var/lib/letterlock', listeners: [listener] };

function complaint(input: unknown): string {
  try {
    parseConfig(input);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    assert.doesNotMatch(error.message, /\n/);
    return error.message;
  }
  return '';
}

describe('gateway configuration', () => {
  it('is safe by default', () => {
    const config = parseConfig(good);
    assert.deepEqual(config.listeners[0], {
      service: 'imap',
      listen: { host: '0.0.0.0', port: 143 },
      backend: { host: '127.0.0.1', port: 10143 },
      implicitTls: false,
      proxyProtocol: false,
      allowClearAuth: false,
      requireAuth: true,
    });
    assert.deepEqual(config.limits, defaultLimits);
    assert.equal(config.tls, undefined);
  });

  it('keeps the defaults of limits that are not set', () => {
    const config = parseConfig({ ...good, limits: { connections: 7 } });
    assert.deepEqual(config.limits, { ...defaultLimits, connections: 7 });
  });

  it('makes seal keys monthly, with half a month over, unless told otherwise', () => {
    assert.deepEqual(parseConfig(good).rotation, { sealKeyDays: 30, overlapDays: 15 });
    const parsed = parseCommandLine(['--seal-key-days=7', '--overlap-days=14', '--state-dir=/s']);
    assert.ok(parsed.command === 'run' && 'input' in parsed.config);
    const config = parseConfig({ ...good, ...parsed.config.input, listeners: [listener] });
    assert.deepEqual(config.rotation, { sealKeyDays: 7, overlapDays: 14 });
    assert.match(complaint({ ...good, sealKeyDays: 7, overlapDays: 15 }), /at most twice/);
    assert.match(complaint({ ...good, sealKeyDays: 0 }), /sealKeyDays/);
    assert.match(complaint({ ...good, overlapDays: 0.5 }), /overlapDays/);
  });

  it('names the place and the fault in one line', () => {
    assert.match(complaint([]), /configuration: the file: /);
    assert.match(complaint({ ...good, listeners: [] }), /listeners/);
    assert.match(complaint({ ...good, stateDirr: 'x' }), /stateDirr/);
    assert.match(complaint({ ...good, names: ['a b'] }), /names\.0: not a host name/);
    assert.match(complaint({ ...good, limits: { idleMs: 'x' } }), /limits\.idleMs/);
    assert.match(
      complaint({ ...good, listeners: [{ ...listener, listen: 'here' }] }),
      /listeners\.0\.listen: "here" is not host:port/,
    );
  });

  it('refuses a backend that is not on this machine: it is spoken to in clear', () => {
    for (const host of ['192.0.2.1', 'mail.example.org', '[2001:db8::1]', '128.127.0.1']) {
      const listeners = [{ ...listener, backend: `${host}:143` }];
      assert.match(complaint({ ...good, listeners }), /not on this machine/, host);
    }
    for (const host of ['127.0.0.2', 'localhost', '[::1]']) {
      const listeners = [{ ...listener, backend: `${host}:143` }];
      assert.equal(complaint({ ...good, listeners }), '', host);
    }
  });

  it('refuses implicit TLS without a certificate, and a gateway behind itself', () => {
    const implicit = [{ ...listener, implicitTls: true }];
    assert.match(complaint({ ...good, listeners: implicit }), /needs a certificate/);
    const loop = [{ ...listener, listen: '127.0.0.1:10143' }];
    assert.match(complaint({ ...good, listeners: loop }), /where its backend should be/);
  });

  it('reads endpoints with names, IPv4 and bracketed IPv6 only', () => {
    assert.deepEqual(parseEndpoint('[::1]:25'), { host: '::1', port: 25 });
    assert.deepEqual(parseEndpoint('localhost:0'), { host: 'localhost', port: 0 });
    for (const text of ['::1:25', '[x]:25', ':25', 'a', 'a:', 'a:65536', 'a:1\n', '[1.2.3.4]:1']) {
      assert.equal(parseEndpoint(text), undefined, text);
    }
  });
});

describe('gateway command line', () => {
  it('makes the object that a file would hold', () => {
    const parsed = parseCommandLine([
      '--state-dir=/s',
      '--submission',
      'listen=127.0.0.1:587,backend=127.0.0.1:10587,proxy',
      '--imaps',
      'listen=127.0.0.1:993,backend=127.0.0.1:10143,allow-clear-auth,no-auth',
      '--name=mail.example.org',
      '--tls-cert=/c',
      '--tls-key=/k',
    ]);
    assert.ok(parsed.command === 'run' && 'input' in parsed.config);
    const config = parseConfig(parsed.config.input);
    const [submission, imaps] = config.listeners;
    assert.equal(submission?.proxyProtocol, true);
    assert.equal(submission?.allowClearAuth, false);
    assert.equal(submission?.requireAuth, true);
    assert.equal(imaps?.implicitTls, true);
    assert.equal(imaps?.allowClearAuth, true);
    assert.equal(imaps?.requireAuth, false);
    assert.deepEqual(config.names, ['mail.example.org']);
    assert.deepEqual(config.tls, { certPath: '/c', keyPath: '/k' });
  });

  it('refuses what it does not understand', () => {
    for (const args of [
      ['--nonsense'],
      ['keys', 'eat'],
      ['--submission', 'listen=127.0.0.1:1'],
      ['--submission', 'listen=127.0.0.1:1,backend=127.0.0.1:2,clear'],
      ['--tls-cert', '/c'],
      ['--config', '/c', '--state-dir', '/s'],
    ]) {
      assert.throws(() => parseCommandLine(args), ConfigError, args.join(' '));
    }
  });
});
