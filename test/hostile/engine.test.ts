/**
 * The whole engine under attack: what the lock says, that nothing readable leaves, that queued mail
 * waits, and that it goes out once when the network is honest again. The account is pinned, with a
 * floor of `confirmed`, on clear ports.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { suites } from '../../app/leg/suites.ts';
import type { Service } from '../../app/leg/types.ts';
import type { Script } from '../gateway/support/backend.ts';
import { both, offline, stopped, strip } from './support/attacks.ts';
import type { Attack } from './support/network.ts';
import { type Attacks, World } from './support/world.ts';

let world: World;
before(async () => {
  world = await World.start();
  await world.addAccount();
});
after(() => world.stop());

/** Says something else instead of the reply to a command. */
function answer(verb: string, words: Readonly<Record<Service, string>>): Attacks {
  const attack = (service: Service): Attack => ({
    serverLine: (line, asked) => {
      const [tag = '', second = ''] = asked.trimEnd().split(' ');
      if ((service === 'imap' ? second : tag) !== verb) return line;
      return words[service].replace('TAG', tag);
    },
  });
  return { imap: attack('imap'), submission: attack('submission') };
}

test('ENGINE-1: offer and STARTTLS stripped from a pinned account', () =>
  world.withstand(both(strip('XPUBKEY', 'STARTTLS')), stopped(/^leg\.below-floor$/)));

test('ENGINE-2: the offer alone stripped: STARTTLS, and the seal inside it, still confirmed', async () => {
  world.attack(both(strip('XPUBKEY')));
  const { outboxId, subject } = await world.submit();
  await world.retry();
  await world.until('the message to be sent', () => world.item(outboxId)?.state === 'sent');
  world.assertNothingReadable(subject);
  assert.equal(world.accepted(subject), 1);
  await world.until('a confirmed lock', () => world.lock().state === 'confirmed');
  assert.ok(world.lock().legs.every(({ tls }) => tls));
  world.attack({});
});

test('ENGINE-3: STARTTLS alone stripped: the transcript differs, and the seal fails', () =>
  world.withstand(both(strip('STARTTLS')), stopped(/^leg\.seal-failed$/)));

test('ENGINE-12: the better suite taken out of the offer: no quiet step down to the other', () => {
  const [best] = suites;
  assert.ok(suites.length > 1);
  const attack: Attack = {
    serverLine: (line) =>
      line
        .replace(new RegExp(`^(250[ -]XPUBKEY) ${best}`, 'i'), '$1')
        .replace(new RegExp(` XPUBKEY=${best}`, 'gi'), ''),
  };
  return world.withstand(both(attack), stopped(/^leg\.seal-failed$/));
});

test('ENGINE-4: XSEAL refused', () =>
  world.withstand(
    answer('XSEAL', { imap: 'TAG NO no\r\n', submission: '454 4.7.0 no\r\n' }),
    stopped(/^leg\.seal-failed$/),
  ));

test('ENGINE-5: an unknown key for ever, whatever card is fetched', () => {
  const attack: Attack = {
    clientLine: (line) => line.replace(/^(\S+ )?(XSEAL \S+) \S+/, '$1$2 nobody'),
  };
  return world.withstand(both(attack), stopped(/^leg\.seal-failed$/));
});

test('ENGINE-6: XSEAL answered with a forged message 2', () => {
  const text = Buffer.alloc(48, 7).toString('base64');
  return world.withstand(
    answer('XSEAL', { imap: `TAG OK [XSEAL ${text}] x\r\n`, submission: `220 ${text}\r\n` }),
    stopped(/^leg\.(seal-failed|protocol)$/),
  );
});

test('ENGINE-7: PREAUTH and a mail server that needs no password', () => {
  const friendly: Script = async (peer) => {
    peer.send('* PREAUTH [CAPABILITY IMAP4rev1] welcome back\r\n');
    for (;;) peer.send(`${(await peer.line()).split(' ')[0]} OK done\r\n`);
  };
  const open: Script = async (peer) => {
    peer.send('220 open relay\r\n');
    for (;;) peer.send(`${(await peer.line()).startsWith('DATA') ? 354 : 250} yes\r\n`);
  };
  return world.withstand(
    { imap: { script: friendly }, submission: { script: open } },
    { lock: 'stopped', imap: /^leg\.protocol$/, submission: /^leg\.below-floor$/ },
  );
});

test('ENGINE-8: silence instead of a greeting', async () => {
  const silent: Script = () => undefined;
  world.attack(both({ script: silent }));
  const { outboxId, subject } = await world.submit();
  await world.retry();
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.notEqual(world.item(outboxId)?.state, 'sent');
  assert.deepEqual(
    [world.networks.imap.heard.length, world.networks.submission.heard.length],
    [0, 0],
  );
  await world.behave(outboxId, subject);
});

test('ENGINE-9: every connection cut at once', () =>
  world.withstand(
    both({ script: (peer) => void peer.stream.destroy() }),
    offline(/^leg\.unreachable$/),
  ));

test('ENGINE-10: words in clear never reach the person, and lead to no connection', async () => {
  let strangers = 0;
  const elsewhere = createServer((socket) => {
    strangers += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  const address = elsewhere.address();
  assert.ok(address && typeof address === 'object');
  const referral = `imap://127.0.0.1:${address.port}/`;
  const codes = ['ALERT', 'PARSE', 'BADCHARSET (UTF-8)', `REFERRAL ${referral}`];
  const from = world.told.length;
  for (const code of codes) {
    const words = `[${code}] please telephone 555-4711`;
    const attack: Attacks = {
      imap: {
        serverLine: (line, asked) =>
          asked === '' ? `* OK ${words}\r\n` : `* NO ${words}\r\n* BAD ${words}\r\n${line}`,
      },
      submission: { serverLine: (line, asked) => (asked === '' ? `220 ${words}\r\n` : line) },
    };
    await world.withstand(attack, stopped(/^leg\.seal-failed$/));
  }
  const bye: Attacks = {
    imap: { script: (peer) => peer.send('* BYE [ALERT] please telephone 555-4711\r\n') },
    submission: { script: (peer) => peer.send('554 please telephone 555-4711\r\n') },
  };
  await world.withstand(bye, offline(/^leg\.unreachable$/));
  const events = world.told.slice(from).filter((line) => !/^(debug|info|warn|error) /.test(line));
  assert.doesNotMatch(events.join('\n'), /555-4711|REFERRAL|127\.0\.0\.1:/);
  assert.equal(strangers, 0);
  elsewhere.close();
});

test('ENGINE-11: all is well, an octet at a time', async () => {
  world.attack(both({ dribble: true }));
  const { outboxId, subject } = await world.submit();
  await world.retry();
  await world.until('the message to be sent', () => world.item(outboxId)?.state === 'sent');
  world.assertNothingReadable(subject);
  assert.equal(world.accepted(subject), 1);
  world.attack({});
});
