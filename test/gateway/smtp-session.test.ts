import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { smtpScript } from './support/backend.ts';
import type { Peer } from './support/peer.ts';
import { type Rig, type RigOptions, startRig } from './support/rig.ts';

type Options = Partial<RigOptions>;

async function withRig(options: Options, run: (rig: Rig) => Promise<void>): Promise<void> {
  const rig = await startRig({ service: 'submission', script: smtpScript(), ...options });
  try {
    await run(rig);
  } finally {
    await rig.stop();
  }
}

const clearAuth = { listener: { allowClearAuth: true } };

async function loggedIn(rig: Rig): Promise<Peer> {
  const client = await rig.connect();
  await client.reply();
  await client.ask('EHLO client.test');
  assert.match(await client.ask('AUTH PLAIN AGEAYg=='), /^235/);
  return client;
}

describe('SMTP offer', () => {
  it('adds XPUBKEY and hides AUTH and what is not for clients in clear', () =>
    withRig(
      {
        script: smtpScript({
          ehlo: [
            'mail.test',
            'SIZE 10',
            'AUTH PLAIN',
            'AUTH=PLAIN',
            'XCLIENT NAME ADDR',
            'XFORWARD NAME',
            'PROXY',
            'XPUBKEY evil',
            'xseal',
            'STARTTLS',
          ],
        }),
      },
      async (rig) => {
        const client = await rig.connect();
        assert.equal(await client.reply(), '220 mail.test ESMTP\r\n');
        assert.equal(
          await client.ask('EHLO client.test'),
          '250-mail.test\r\n250-SIZE 10\r\n250-STARTTLS\r\n250 XPUBKEY nkhfs-25519-mlkem768-aesgcm-sha256 nk-25519-aesgcm-sha256\r\n',
        );
      },
    ));

  it('prints the key card on XPUBKEY, readable by eye', () =>
    withRig({}, async (rig) => {
      const client = await rig.connect();
      await client.reply();
      const card = await client.ask('xpubkey');
      assert.match(card, /^250-letterlock-key-card 1\r\n250-identity ed25519 /);
      assert.match(card, /\r\n250 signature \S+\r\n$/);
      assert.match(await client.ask('XPUBKEY now'), /^501/);
      assert.equal(rig.backend.heard(), '');
    }));
});

describe('SMTP without protection', () => {
  it('refuses AUTH and MAIL in clear, and the backend hears neither', () =>
    withRig({}, async (rig) => {
      const client = await rig.connect();
      await client.reply();
      await client.ask('EHLO client.test');
      assert.equal(
        await client.ask('AUTH PLAIN AGEAYg=='),
        '530 5.7.0 Must issue STARTTLS or XSEAL first\r\n',
      );
      assert.match(await client.ask('MAIL FROM:<a@test>'), /^530 5\.7\.0 Must/);
      assert.match(await client.ask('VRFY a'), /^530/);
      assert.match(await client.ask('QUIT'), /^221/);
      assert.equal(rig.backend.heard(), 'EHLO client.test\r\nQUIT\r\n');
    }));

  it('refuses MAIL before AUTH even where clear AUTH is allowed', () =>
    withRig(clearAuth, async (rig) => {
      const client = await rig.connect();
      await client.reply();
      await client.ask('EHLO client.test');
      assert.equal(await client.ask('MAIL FROM:<a@test>'), '530 5.7.0 Authentication required\r\n');
      assert.match(await client.ask('RCPT TO:<b@test>'), /^530/);
      assert.match(await client.ask('DATA'), /^530/);
      assert.equal(rig.backend.heard(), 'EHLO client.test\r\n');
    }));

  it('still refuses MAIL after an AUTH that failed', () =>
    withRig(
      { ...clearAuth, script: smtpScript({ answers: { AUTH: '535 5.7.8 No\r\n' } }) },
      async (rig) => {
        const client = await rig.connect();
        await client.reply();
        assert.match(await client.ask('AUTH PLAIN AGEAYg=='), /^535/);
        assert.match(await client.ask('MAIL FROM:<a@test>'), /^530/);
      },
    ));

  it('ends the session at BDAT before AUTH, so that its octets are never commands', () =>
    withRig(clearAuth, async (rig) => {
      const client = await rig.connect();
      await client.reply();
      client.send('BDAT 20 LAST\r\nAUTH PLAIN AGEAYg==\r\n');
      assert.match(await client.rest(), /^530[^\n]*\n$/);
      assert.equal(rig.backend.heard(), '');
    }));

  it('refuses XCLIENT, XFORWARD, PROXY and unknown verbs even after AUTH', () =>
    withRig(clearAuth, async (rig) => {
      const client = await loggedIn(rig);
      for (const line of [
        'XCLIENT ADDR=1.2.3.4',
        'XFORWARD NAME=x',
        'PROXY TCP4 1 2 3 4',
        'TURN',
      ]) {
        assert.match(await client.ask(line), /^502/, line);
      }
      assert.doesNotMatch(rig.backend.heard(), /XCLIENT|XFORWARD|PROXY|TURN/);
    }));
});

describe('SMTP relay', () => {
  it('answers pipelined commands in order', () =>
    withRig(clearAuth, async (rig) => {
      const client = await loggedIn(rig);
      client.send('MAIL FROM:<a@test>\r\nXCLIENT x\r\nRCPT TO:<b@test>\r\nNOOP\r\nDATA\r\n');
      const codes = [];
      for (let count = 0; count < 5; count += 1) codes.push((await client.reply()).slice(0, 3));
      assert.deepEqual(codes, ['250', '502', '250', '250', '354']);
    }));

  it('passes an AUTH dialogue and a message octet for octet, and commands after it', () =>
    withRig(clearAuth, async (rig) => {
      const client = await rig.connect();
      await client.reply();
      assert.match(await client.ask('auth login'), /^334/);
      assert.match(await client.ask('c2VjcmV0'), /^235/);
      await client.ask('MAIL FROM:<a@test>');
      await client.ask('RCPT TO:<b@test>');
      assert.match(await client.ask('DATA'), /^354/);
      const message = 'Subject: x\r\n\r\n..dot\r\n.x\ry\r\nbare\nlf\x00\xff\r\n.\r\n';
      for (const octet of message) client.send(octet);
      assert.match(await client.reply(), /^250/);
      assert.match(await client.ask('QUIT'), /^221/);
      assert.ok(rig.backend.heard().endsWith(`DATA\r\n${message}QUIT\r\n`));
      const [session] = await rig.ended();
      assert.equal(session?.fields.end, 'quit');
      assert.equal(session?.fields.authenticated, true);
    }));

  it('passes BDAT chunks as opaque octets', () =>
    withRig(clearAuth, async (rig) => {
      const client = await loggedIn(rig);
      await client.ask('MAIL FROM:<a@test>');
      await client.ask('RCPT TO:<b@test>');
      client.send('BDAT 11\r\nQUIT\r\n\n.\n\x00ABDAT 3 LAST\r\n\r\n.NOOP\r\n');
      for (let count = 0; count < 3; count += 1) assert.match(await client.reply(), /^250/);
      assert.ok(
        rig.backend.heard().endsWith('BDAT 11\r\nQUIT\r\n\n.\n\x00ABDAT 3 LAST\r\n\r\n.NOOP\r\n'),
      );
    }));

  it('refuses a NUL, a bare CR and an overlong command without the backend', () =>
    withRig(clearAuth, async (rig) => {
      const client = await loggedIn(rig);
      const before = rig.backend.heard();
      assert.match(await client.ask('NOOP \x00'), /^500/);
      assert.match(await client.ask('NOOP a\rQUIT'), /^500/);
      assert.match(await client.ask(`NOOP ${'x'.repeat(4089)}`), /^250/);
      assert.match(await client.ask(`NOOP ${'x'.repeat(4090)}`), /^500/);
      client.send(`AUTH ${'x'.repeat(13_000)}`);
      assert.match(await client.rest(), /^500/);
      assert.equal(rig.backend.heard().length, before.length + 4096);
    }));

  for (const [name, sequence, unseen = sequence] of [
    ['LF . LF', '\n.\n'],
    ['LF . CRLF', '\n.\r\n'],
    ['CRLF . LF', '\r\n.\n'],
    ['CR . CR', '\r.\r'],
    ['CR . CRLF', '\r.\r\n'],
    ['CRLF . CR', '\r\n.\rx', '\r\n.\r'],
  ] as const) {
    it(`refuses a message with ${name}, wherever the stream is split`, () =>
      withRig(clearAuth, async (rig) => {
        const smuggled = `${sequence}MAIL FROM:<evil@test>\r\n`;
        for (let split = 0; split <= sequence.length; split += 1) {
          const client = await loggedIn(rig);
          await client.ask('MAIL FROM:<a@test>');
          assert.match(await client.ask('DATA'), /^354/);
          client.send(`Subject: x\r\n\r\nx${smuggled.slice(0, split)}`);
          await new Promise((resolve) => setTimeout(resolve, 15));
          client.send(smuggled.slice(split));
          assert.match(await client.rest(), /^550 5\.5\.2 [^\n]*\n$/);
        }
        for (const connection of rig.backend.connections) {
          assert.doesNotMatch(connection.text, /evil/);
          const data = connection.text.slice(connection.text.indexOf('DATA\r\n') + 6);
          assert.ok(!data.includes(unseen), 'the backend saw the whole sequence');
        }
      }));
  }

  it('passes a farewell that the backend says unasked', () =>
    withRig(
      {
        script: async (peer) => {
          peer.send('220 mail.test\r\n');
          await peer.line();
          peer.send('250 ok\r\n421 4.4.2 Too slow\r\n');
          peer.stream.end();
        },
      },
      async (rig) => {
        const client = await rig.connect();
        await client.reply();
        assert.match(await client.ask('HELO x'), /^250/);
        assert.equal(await client.rest(), '421 4.4.2 Too slow\r\n');
        assert.equal(client.ended, 'end');
      },
    ));
});

describe('SMTP backend trouble', () => {
  it('says 421 when the backend cannot be reached', async () => {
    const rig = await startRig({ service: 'submission', script: smtpScript() });
    await rig.backend.stop();
    const client = await rig.connect();
    assert.match(await client.rest(), /^421 4\.3\.2 /);
    assert.equal(client.ended, 'end');
    await rig.stop();
  });

  it('says 421 when the backend closes before its greeting', () =>
    withRig({ script: (peer) => void peer.stream.end() }, async (rig) => {
      const client = await rig.connect();
      assert.match(await client.rest(), /^421 4\.3\.2 /);
    }));

  it('says 421 when the backend never greets', () =>
    withRig({ script: () => undefined, limits: { backendConnectMs: 50 } }, async (rig) => {
      const client = await rig.connect();
      assert.match(await client.rest(), /^421 4\.3\.2 /);
    }));

  it('cuts the client off, without a word, when the backend dies after the final dot', () =>
    withRig(
      {
        ...clearAuth,
        script: async (peer) => {
          peer.send('220 mail.test\r\n');
          for (const answer of ['235 in', '250 ok', '250 ok', '354 go']) {
            await peer.line();
            peer.send(`${answer}\r\n`);
          }
          await peer.until(/\r\n\.\r\n/);
          peer.stream.end();
        },
      },
      async (rig) => {
        const client = await rig.connect();
        await client.reply();
        for (const line of ['AUTH PLAIN x', 'MAIL FROM:<a@test>', 'RCPT TO:<b@test>', 'DATA']) {
          await client.ask(line);
        }
        client.send('Subject: x\r\n\r\nx\r\n.\r\n');
        assert.equal(await client.rest(), '');
        assert.equal(client.ended, 'cut');
        const [session] = await rig.ended();
        assert.equal(session?.fields.end, 'backend-closed');
      },
    ));

  it('cuts the client off when the backend sends something that is no reply', () =>
    withRig(
      {
        script: async (peer) => {
          peer.send('220 mail.test\r\n');
          await peer.line();
          peer.send('250-a\r\n251 b\r\n');
        },
      },
      async (rig) => {
        const client = await rig.connect();
        await client.reply();
        client.send('EHLO x\r\n');
        assert.equal(await client.rest(), '');
        assert.equal(client.ended, 'cut');
      },
    ));
});

describe('SMTP deadlines and limits', () => {
  it('ends a session that begins a line and does not finish it', () =>
    withRig({ limits: { lineMs: 60 } }, async (rig) => {
      const client = await rig.connect();
      await client.reply();
      client.send('EHL');
      assert.match(await client.rest(), /^421 4\.4\.2 /);
    }));

  it('ends a session that says nothing', () =>
    withRig({ limits: { idleBeforeLoginMs: 60 } }, async (rig) => {
      const client = await rig.connect();
      await client.reply();
      assert.match(await client.rest(), /^421 4\.4\.2 /);
      const [session] = await rig.ended();
      assert.equal(session?.fields.end, 'timeout');
    }));

  it('ends a session that keeps talking and never logs in', () =>
    withRig({ limits: { loginMs: 150 } }, async (rig) => {
      const client = await rig.connect();
      await client.reply();
      const timer = setInterval(() => client.send('NOOP\r\n'), 20);
      assert.match(await client.rest(), /421 4\.4\.2 [^\n]*\n$/);
      clearInterval(timer);
    }));

  it('turns away more connections of one address than allowed, and takes new ones later', () =>
    withRig({ limits: { connectionsPerAddress: 2 } }, async (rig) => {
      const first = await rig.connect();
      await first.reply();
      const second = await rig.connect();
      await second.reply();
      const third = await rig.connect();
      assert.match(await third.rest(), /^421 4\.7\.0 /);
      await first.ask('QUIT');
      await rig.ended(1);
      const fourth = await rig.connect();
      assert.match(await fourth.reply(), /^220/);
    }));

  it('tells the backend the client by PROXY when asked to', () =>
    withRig(
      {
        listener: { proxyProtocol: true },
        script: async (peer) => {
          await peer.line();
          peer.send('220 mail.test\r\n');
        },
      },
      async (rig) => {
        const client = await rig.connect();
        await client.reply();
        assert.match(rig.backend.heard(), /^PROXY TCP4 127\.0\.0\.1 127\.0\.0\.1 \d+ \d+\r\n$/);
      },
    ));

  it('says 421 to sessions that are still there some time after it was told to stop', () =>
    withRig({}, async (rig) => {
      const client = await rig.connect();
      await client.reply();
      await rig.gateway.stop();
      assert.match(await client.rest(), /^421 4\.3\.2 Shutting/);
      assert.equal((await rig.ended())[0]?.fields.end, 'shutdown');
    }));
});

describe('SMTP log', () => {
  it('writes one line per session, with neither user nor password nor what the client made up', () =>
    withRig(clearAuth, async (rig) => {
      const client = await loggedIn(rig);
      await client.ask('NOOP \x1b]0;x\x07 session end=forged');
      await client.ask('QUIT');
      const sessions = await rig.ended();
      assert.equal(sessions.length, 1);
      assert.match(
        sessions[0]?.line ?? '',
        /^\S+ info session service=submission client=127\.0\.0\.1 protection=clear authenticated=true durationMs=\d+ octetsIn=\d+ octetsOut=\d+ end=quit$/,
      );
      const all = rig.log.map((entry) => entry.line).join('\n');
      assert.doesNotMatch(all, /AGEAYg|forged|client\.test/);
    }));
});
