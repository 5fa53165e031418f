import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { imapScript } from './support/backend.ts';
import { type Rig, type RigOptions, startRig } from './support/rig.ts';

async function withRig(
  options: Partial<RigOptions>,
  run: (rig: Rig) => Promise<void>,
): Promise<void> {
  const rig = await startRig({ service: 'imap', script: imapScript(), ...options });
  try {
    await run(rig);
  } finally {
    await rig.stop();
  }
}

const clearAuth = { listener: { allowClearAuth: true } };

describe('IMAP offer', () => {
  it('filters greeting and CAPABILITY alike in clear', () =>
    withRig(
      {
        script: imapScript({
          capabilities: 'IMAP4rev1 XPUBKEY=EVIL XSEAL STARTTLS AUTH=PLAIN AUTH=LOGIN IDLE',
        }),
      },
      async (rig) => {
        const client = await rig.connect();
        const seen =
          'IMAP4rev1 STARTTLS IDLE LOGINDISABLED XPUBKEY=NKHFS-25519-MLKEM768-AESGCM-SHA256 XPUBKEY=NK-25519-AESGCM-SHA256';
        assert.equal(await client.line(), `* OK [CAPABILITY ${seen}] ready\r\n`);
        assert.equal(
          await client.command('a', 'capability'),
          `* CAPABILITY ${seen}\r\na OK done\r\n`,
        );
      },
    ));

  it('prints the key card on XPUBKEY without the backend', () =>
    withRig({}, async (rig) => {
      const client = await rig.connect();
      await client.line();
      const card = await client.command('a', 'XPUBKEY');
      assert.match(card, /^\* XPUBKEY letterlock-key-card 1\r\n\* XPUBKEY identity ed25519 /);
      assert.match(card, /\r\n\* XPUBKEY signature \S+\r\na OK XPUBKEY completed\r\n$/);
      assert.match(await client.command('b', 'XPUBKEY x'), /^b BAD/);
      assert.equal(rig.backend.heard(), '');
    }));

  it('refuses a backend that says PREAUTH', () =>
    withRig({ script: imapScript({ greeting: '* PREAUTH ready\r\n' }) }, async (rig) => {
      const client = await rig.connect();
      assert.equal(await client.rest(), '* BYE Refused\r\n');
    }));

  it('passes a BYE greeting on', () =>
    withRig({ script: imapScript({ greeting: '* BYE full\r\n' }) }, async (rig) => {
      const client = await rig.connect();
      assert.equal(await client.rest(), '* BYE full\r\n');
    }));
});

describe('IMAP without protection', () => {
  it('refuses everything but the few commands that need none, and the backend hears nothing', () =>
    withRig({}, async (rig) => {
      const client = await rig.connect();
      await client.line();
      assert.match(await client.command('a', 'LOGIN a b'), /^a NO \[PRIVACYREQUIRED\]/);
      assert.match(await client.command('b', 'AUTHENTICATE PLAIN AGEAYg=='), /^b NO/);
      for (const line of ['SELECT INBOX', 'COMPRESS DEFLATE', 'ENABLE X', 'APPEND x {3}', '']) {
        assert.match(await client.command('c', line), /^c BAD/, line);
      }
      assert.match(await client.command('d', 'NOOP'), /^d OK/);
      assert.equal(rig.backend.heard(), 'd NOOP\r\n');
    }));

  it('never reads the literal of a refused command as a command', () =>
    withRig({}, async (rig) => {
      const client = await rig.connect();
      await client.line();
      client.send('a LOGIN {9+}\r\nx NOOP\r\n\n {3+}\r\nabc\r\nb NOOP\r\n');
      assert.match(await client.line(), /^a NO/);
      assert.match(await client.line(), /^b OK/);
      client.send('c LOGIN {70000+}\r\n');
      assert.match(await client.rest(), /^\* BYE Line too long/);
      assert.equal(rig.backend.heard(), 'b NOOP\r\n');
    }));

  it('ends the session at a literal of something that is no command', () =>
    withRig({}, async (rig) => {
      const client = await rig.connect();
      await client.line();
      client.send('"a NOOP\r\n');
      assert.equal(await client.line(), '* BAD Not a command\r\n');
      client.send('"b LOGIN {8+}\r\nx NOOP\r\n\r\n');
      assert.match(await client.rest(), /\* BYE Refused\r\n$/);
      assert.equal(rig.backend.heard(), '');
    }));

  it('keeps ID fields that claim a client address from the backend', () =>
    withRig(
      { script: imapScript({ other: (peer, tag) => peer.send(`${tag} OK id\r\n`) }) },
      async (rig) => {
        const client = await rig.connect();
        await client.line();
        assert.match(await client.command('a', 'ID ("name" "x")'), /^a OK id/);
        for (const id of [
          '("name" "x" "X-Originating-IP" "10.0.0.1")',
          '("\\x-originating-ip" "10.0.0.1")',
          '("x-session-id" "s")',
        ]) {
          assert.match(await client.command('b', `ID ${id}`), /^\* ID NIL\r\nb OK/);
        }
        client.send('c ID ({16+}\r\nx-originating-ip "10.0.0.1")\r\n');
        assert.match(await client.until(/c [^\n]*\n/), /c OK/);
        assert.equal(rig.backend.heard(), 'a ID ("name" "x")\r\n');
      },
    ));
});

describe('IMAP log-in', () => {
  it('passes LOGIN with literals of both kinds', () =>
    withRig(
      {
        ...clearAuth,
        script: async (peer) => {
          peer.send('* OK ready\r\n');
          await peer.until(/\{3\}\r\n/);
          peer.send('* OK wait\r\n+ go\r\n');
          await peer.until(/b\r\n$/);
          peer.send('a OK in\r\n');
        },
      },
      async (rig) => {
        const client = await rig.connect();
        await client.line();
        client.send('a LOGIN {3}\r\n');
        assert.equal(await client.until(/\+ go\r\n/), '* OK wait\r\n+ go\r\n');
        client.send('u\r\n {1+}\r\nb\r\n');
        assert.equal(await client.line(), 'a OK in\r\n');
        assert.equal(rig.backend.heard(), 'a LOGIN {3}\r\nu\r\n {1+}\r\nb\r\n');
      },
    ));

  it('passes an AUTHENTICATE dialogue, then every octet both ways', () =>
    withRig(
      {
        ...clearAuth,
        script: async (peer) => {
          peer.send('* OK ready\r\n');
          await peer.line();
          peer.send('+ \r\n');
          await peer.line();
          peer.send('a OK in\r\n');
          await peer.until(/^\0\n\r\xff/);
          peer.send('\xff\0\n');
        },
      },
      async (rig) => {
        const client = await rig.connect();
        await client.line();
        client.send('a AUTHENTICATE PLAIN\r\n');
        assert.equal(await client.line(), '+ \r\n');
        client.send('AGEAYg==\r\n');
        assert.equal(await client.line(), 'a OK in\r\n');
        client.send('\0\n\r\xff');
        assert.equal(await client.until(/\n/), '\xff\0\n');
      },
    ));

  it('stays where it is after a log-in that failed', () =>
    withRig(
      {
        ...clearAuth,
        script: async (peer) => {
          peer.send('* OK ready\r\n');
          await peer.line();
          peer.send('a NO wrong\r\n');
          await peer.line();
          peer.send('c OK\r\n');
        },
      },
      async (rig) => {
        const client = await rig.connect();
        await client.line();
        assert.match(await client.command('a', 'LOGIN a b'), /^a NO/);
        assert.match(await client.command('b', 'SELECT INBOX'), /^b BAD/);
        assert.match(await client.command('c', 'NOOP'), /^c OK/);
        assert.equal((await client.command('d', 'XPUBKEY')).slice(0, 9), '* XPUBKEY');
      },
    ));

  it('stays in step with literals in what the backend says', () =>
    withRig(
      {
        script: async (peer) => {
          peer.send('* OK ready\r\n');
          await peer.line();
          peer.send('* ID ("name" {21}\r\na OK [CAPABILITY X]\r\n)\r\na OK id\r\n');
        },
      },
      async (rig) => {
        const client = await rig.connect();
        await client.line();
        client.send('a ID NIL\r\n');
        assert.equal(
          await client.until(/a OK id\r\n/),
          '* ID ("name" {21}\r\na OK [CAPABILITY X]\r\n)\r\na OK id\r\n',
        );
      },
    ));
});

describe('IMAP deadlines and limits', () => {
  it('ends a session that begins a line and does not finish it', () =>
    withRig({ limits: { lineMs: 60 } }, async (rig) => {
      const client = await rig.connect();
      await client.line();
      client.send('a LOG');
      assert.match(await client.rest(), /^\* BYE Waited/);
    }));

  it('ends a session after an endless line, a NUL or a bare CR', () =>
    withRig({}, async (rig) => {
      for (const line of ['x'.repeat(20_000), 'a NOOP\0\r\n', 'a NOOP \rb LOGOUT\r\n']) {
        const client = await rig.connect();
        await client.line();
        client.send(line);
        assert.match(await client.rest(), /^\* BYE /);
      }
      assert.equal(rig.backend.heard(), '');
    }));

  it('cuts the client off when the backend resets', () =>
    withRig(
      { ...clearAuth, script: imapScript({ other: (peer) => void peer.socket.resetAndDestroy() }) },
      async (rig) => {
        const client = await rig.connect();
        await client.line();
        await client.command('a', 'LOGIN a b');
        client.send('b SELECT INBOX\r\n');
        await client.rest();
        assert.equal(client.ended, 'cut');
        assert.equal((await rig.ended())[0]?.fields.end, 'backend-cut');
      },
    ));

  it('ends the backend session when the client goes', () =>
    withRig(clearAuth, async (rig) => {
      const client = await rig.connect();
      await client.line();
      await client.command('a', 'LOGIN a b');
      client.stream.end();
      assert.equal((await rig.ended())[0]?.fields.end, 'client-closed');
      assert.equal(await rig.backend.connections[0]?.rest().then(() => 'gone'), 'gone');
    }));

  it('holds back a backend whose client does not read', () =>
    withRig(
      {
        ...clearAuth,
        script: imapScript({
          other: (peer) => {
            const chunk = Buffer.alloc(65_536, 0x78);
            for (let sent = 0; sent < 64 * 1024 * 1024; sent += chunk.length) peer.send(chunk);
          },
        }),
      },
      async (rig) => {
        const client = await rig.connect();
        await client.line();
        await client.command('a', 'LOGIN a b');
        client.stream.pause();
        client.send('b FETCH\r\n');
        const backend = rig.backend.connections[0]?.socket;
        let before = -1;
        let written = 0;
        while (written !== before || written === 0) {
          await new Promise((resolve) => setTimeout(resolve, 150));
          before = written;
          written = (backend?.bytesWritten ?? 0) - (backend?.writableLength ?? 0);
        }
        assert.ok(written < 32 * 1024 * 1024, `${written} octets went into the gateway`);
      },
    ));
});
