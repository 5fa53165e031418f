import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { imapScript, smtpScript } from './support/backend.ts';
import { type Rig, type RigOptions, startRig } from './support/rig.ts';
import { SealClient } from './support/seal-client.ts';

async function withRig(
  service: 'imap' | 'submission',
  options: Partial<RigOptions>,
  run: (rig: Rig) => Promise<void>,
): Promise<void> {
  const script = service === 'imap' ? imapScript() : smtpScript();
  const rig = await startRig({ service, script, ...options });
  try {
    await run(rig);
  } finally {
    await rig.stop();
  }
}

const newClient = async (rig: Rig, service: 'imap' | 'submission'): Promise<SealClient> =>
  new SealClient(await rig.connect(), service);

describe('SMTP session inside the seal', () => {
  it('starts over with a fresh greeting, AUTH, and no further protection on offer', () =>
    withRig('submission', {}, async (rig) => {
      const inside = await (await newClient(rig, 'submission')).seal();
      assert.equal(await inside.reply(), '220 mail.test ESMTP\r\n');
      assert.equal(
        await inside.ask('EHLO client.test'),
        '250-mail.test\r\n250-PIPELINING\r\n250-SIZE 1000000\r\n250 AUTH PLAIN LOGIN\r\n',
      );
      assert.match(await inside.ask('XPUBKEY'), /^503/);
      assert.match(await inside.ask('STARTTLS'), /^503/);
      assert.match(await inside.ask('XSEAL a b c d'), /^503/);
      assert.match(await inside.ask('MAIL FROM:<a@test>'), /^530 5\.7\.0 Authentication/);
      assert.match(await inside.ask('AUTH PLAIN AGEAYg=='), /^235/);
      for (const line of ['MAIL FROM:<a@test>', 'RCPT TO:<b@test>', 'DATA']) await inside.ask(line);
      const message = `Subject: x\r\n\r\n${'0123456789'.repeat(20_000)}\r\n.\r\n`;
      inside.send(message);
      assert.match(await inside.reply(), /^250/);
      assert.match(await inside.ask('QUIT'), /^221/);
      assert.equal(await inside.rest(), '');
      assert.equal(inside.ended, 'end');
      assert.ok(rig.backend.connections[1]?.text.includes(message));
      assert.equal(rig.backend.connections[0]?.text, 'EHLO client.test\r\n');
      assert.match((await rig.ended())[0]?.line ?? '', /protection=sealed authenticated=true/);
    }));

  it('says 421 inside the seal when the backend has gone meanwhile', () =>
    withRig('submission', {}, async (rig) => {
      const client = await newClient(rig, 'submission');
      await client.greet();
      const preparation = client.prepare(await client.fetchCard());
      const stopped = rig.backend.stop();
      rig.backend.connections[0]?.stream.resume();
      client.peer.send(`XSEAL ${preparation.words}\r\n`);
      const answer = await client.peer.line().catch(() => '');
      await stopped;
      // The dead clear backend may be noticed first: then the clear session was cut.
      if (answer === '') return;
      const inside = preparation.finish(answer.slice(4).trim());
      assert.match(await inside.rest(), /^421 4\.3\.2 /);
      assert.equal(inside.ended, 'end');
    }));

  it('breaks the sealed stream off when the backend dies before its answer', () =>
    withRig(
      'submission',
      {
        script: async (peer) => {
          peer.send('220 mail.test\r\n');
          await peer.line();
          peer.send('250 ok\r\n');
          await peer.line();
          peer.socket.resetAndDestroy();
        },
      },
      async (rig) => {
        const inside = await (await newClient(rig, 'submission')).seal();
        await inside.reply();
        await inside.ask('EHLO x');
        inside.send('AUTH PLAIN x\r\n');
        assert.equal(await inside.rest(), '');
        assert.equal(inside.ended, 'cut');
        assert.match(String(inside.error), /leg\.truncated/);
      },
    ));
});

describe('XSEAL', () => {
  it('refuses any octet that came with the line, at every split, and tells the backend nothing', () =>
    withRig('submission', {}, async (rig) => {
      const tail = 'MAIL FROM:<evil@test>\r\n';
      for (let split = 1; split <= tail.length; split += 1) {
        const client = await newClient(rig, 'submission');
        await client.greet();
        const preparation = client.prepare(await client.fetchCard());
        client.peer.send(`XSEAL ${preparation.words}\r\n${tail.slice(0, split)}`);
        client.peer.send(tail.slice(split));
        assert.equal(await client.peer.rest(), '554 5.7.0 Refused\r\n');
      }
      assert.equal(rig.backend.heard(), '');
      assert.equal(rig.backend.connections.length, tail.length);
    }));

  it('takes clear octets after message 2 for a broken record', () =>
    withRig('submission', {}, async (rig) => {
      const client = await newClient(rig, 'submission');
      await client.greet();
      const preparation = client.prepare(await client.fetchCard());
      client.peer.send(`XSEAL ${preparation.words}\r\n`);
      await client.peer.line();
      // Read as a record header, "MA" promises 19,777 octets.
      client.peer.send('MAIL FROM:<evil@test>\r\n'.repeat(1_000));
      await client.peer.rest();
      const [session] = await rig.ended();
      assert.equal(session?.fields.end, 'client-cut');
      assert.equal(rig.backend.heard(), '');
    }));

  it('fails when anything of the clear phase was changed on the way', () =>
    withRig('submission', {}, async (rig) => {
      const client = await newClient(rig, 'submission');
      await client.greet();
      await client.ask('EHLO client.test');
      const card = await client.fetchCard();
      client.peer.text = client.peer.text.replace('SIZE 1000000', 'SIZE 2000000');
      client.peer.send(`XSEAL ${client.prepare(card).words}\r\n`);
      assert.match(await client.peer.until(/554 5\.7\.0 Refused\r\n/), /^554/);
      assert.equal((await rig.ended())[0]?.fields.end, 'seal-refused');
      assert.equal(rig.backend.connections.length, 1);
    }));

  it('fails when the server name on the line is not the one in the handshake', () =>
    withRig('submission', {}, async (rig) => {
      const client = await newClient(rig, 'submission');
      await client.greet();
      const { words } = client.prepare(await client.fetchCard());
      client.peer.send(`XSEAL ${words.replace('mail.test', 'evil.test')}\r\n`);
      assert.equal(await client.peer.rest(), '554 5.7.0 Refused\r\n');
    }));

  it('makes no backend connection for a message 1 that was seen before', () =>
    withRig('submission', {}, async (rig) => {
      const first = await newClient(rig, 'submission');
      await first.greet();
      const { words } = first.prepare(await first.fetchCard());
      first.peer.send(`XSEAL ${words}\r\n`);
      assert.match(await first.peer.line(), /^220 /);
      const before = await connectionsOnceQuiet(rig, 2);
      const second = await newClient(rig, 'submission');
      await second.greet();
      await second.fetchCard();
      second.peer.send(`XSEAL ${words}\r\n`);
      assert.equal(await second.peer.rest(), '554 5.7.0 Refused\r\n');
      assert.equal(rig.backend.connections.length, before + 1);
    }));

  it('answers 504 for an unknown key or suite and 501 for a malformed line, and goes on', () =>
    withRig('submission', {}, async (rig) => {
      const client = await newClient(rig, 'submission');
      await client.greet();
      const { words } = client.prepare(await client.fetchCard());
      const [suite = '', keyId = '', name = '', message = ''] = words.split(' ');
      assert.match(await client.ask(`XSEAL ${suite} other ${name} ${message}`), /^504 5\.5\.4/);
      assert.match(await client.ask(`XSEAL none ${keyId} ${name} ${message}`), /^504 5\.5\.4/);
      for (const malformed of [
        '',
        suite,
        `${suite} ${keyId} ${name}`,
        `${words} more`,
        `${suite} ${keyId} ${name} ${message.slice(4)}`,
        `${suite} ${keyId} ${name} ${message.slice(0, -1)}=`,
        `${suite} ${keyId} MAIL.TEST ${message}`,
        `${suite} ${keyId} ${'a'.repeat(254)} ${message}`,
        `${suite} ${keyId}  ${message}`,
      ]) {
        assert.match(await client.ask(`XSEAL ${malformed}`), /^501/, malformed);
      }
      const again = client.prepare(await client.fetchCard());
      client.peer.send(`XSEAL ${again.words}\r\n`);
      assert.match(await client.peer.line(), /^220 /);
    }));

  it('is refused once logged in, and once a mail transaction has begun', () =>
    withRig(
      'submission',
      { listener: { allowClearAuth: true, requireAuth: false } },
      async (rig) => {
        const authenticated = await newClient(rig, 'submission');
        await authenticated.greet();
        await authenticated.ask('AUTH PLAIN x');
        assert.match(await authenticated.ask('XSEAL a b c d'), /^503/);
        const mailing = await newClient(rig, 'submission');
        await mailing.greet();
        await mailing.ask('MAIL FROM:<a@test>');
        await mailing.ask('RSET');
        assert.match(await mailing.ask('XSEAL a b c d'), /^503/);
        assert.match(await mailing.ask('STARTTLS'), /^503/);
      },
    ));

  it('breaks off when the client cuts its sealed stream inside a message', () =>
    withRig('submission', {}, async (rig) => {
      const client = await newClient(rig, 'submission');
      const inside = await client.seal();
      await inside.reply();
      for (const line of ['AUTH PLAIN x', 'MAIL FROM:<a@test>', 'RCPT TO:<b@test>', 'DATA']) {
        await inside.ask(line);
      }
      inside.send('Subject: half\r\n');
      client.peer.socket.end();
      const [session] = await rig.ended();
      assert.equal(session?.fields.end, 'client-cut');
      assert.equal(await rig.backend.connections[1]?.rest().then(() => 'gone'), 'gone');
      assert.doesNotMatch(rig.backend.heard(), /\r\n\.\r\n/);
    }));
});

describe('IMAP session inside the seal', () => {
  it('starts over with a fresh greeting and carries octets after log-in', () =>
    withRig(
      'imap',
      {
        script: imapScript({
          other: (peer, tag) => peer.send(`* 1 FETCH (BODY[] {3}\r\n\x00\r\n)\r\n${tag} OK ok\r\n`),
        }),
      },
      async (rig) => {
        const inside = await (await newClient(rig, 'imap')).seal();
        assert.equal(await inside.line(), '* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN IDLE] ready\r\n');
        assert.match(await inside.command('b', 'XPUBKEY'), /^b BAD/);
        assert.match(await inside.command('c', 'STARTTLS'), /^c BAD/);
        assert.match(await inside.command('d', 'XSEAL a b c d'), /^d BAD/);
        assert.match(
          await inside.command('e', 'LOGIN a b'),
          /^e OK \[CAPABILITY IMAP4rev1 AUTH=PLAIN IDLE\] in\r\n$/,
        );
        assert.match(await inside.command('f', 'FETCH 1 BODY[]'), /\{3\}\r\n\0\r\n\)/);
        assert.match(await inside.command('g', 'LOGOUT'), /^\* BYE/);
        assert.equal(await inside.rest(), '');
        assert.equal(inside.ended, 'end');
        assert.match((await rig.ended())[0]?.line ?? '', /protection=sealed authenticated=true/);
      },
    ));

  it('breaks the sealed stream off when the backend closes without BYE', () =>
    withRig(
      'imap',
      {
        script: imapScript({
          other: (peer) => {
            peer.send('* 1 FETCH (BODY[] {300}\r\nhalf');
            peer.stream.end();
          },
        }),
      },
      async (rig) => {
        const inside = await (await newClient(rig, 'imap')).seal();
        await inside.line();
        await inside.command('e', 'LOGIN a b');
        inside.send('f FETCH 1 BODY[]\r\n');
        await inside.rest();
        assert.equal(inside.ended, 'cut');
        assert.match(String(inside.error), /leg\.truncated/);
      },
    ));

  it('refuses octets that came with XSEAL, and names an unknown key', () =>
    withRig('imap', {}, async (rig) => {
      const client = await newClient(rig, 'imap');
      await client.greet();
      const card = await client.fetchCard();
      const { words } = client.prepare(card);
      const [suite = '', keyId = '', name = '', message = ''] = words.split(' ');
      assert.match(
        await client.ask(`XSEAL ${suite} x${keyId} ${name} ${message}`),
        /^a NO \[XSEAL-KEY\]/,
      );
      assert.match(await client.ask('XSEAL nonsense'), /^a BAD/);
      client.peer.send(`b XSEAL ${client.prepare(card).words}\r\nc LOGIN a b\r\n`);
      assert.equal(await client.peer.rest(), '* BYE Refused\r\n');
      assert.equal(rig.backend.heard(), '');
    }));
});

/** The count of backend connections once it has reached `count`. */
async function connectionsOnceQuiet(rig: Rig, count: number): Promise<number> {
  for (let tries = 0; rig.backend.connections.length < count; tries += 1) {
    if (tries > 200) throw new Error('the backend was never reached');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return rig.backend.connections.length;
}
