/**
 * What must hold on every mail server, told once: first sync, changes both ways, mailboxes that come
 * and go, the copy in Sent, and catching up after a pause. One test after another on one account.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { letter, MailWorld, type StartServer } from './mail-world.ts';

const first = 300;

/** @param skip why this server cannot be tested here */
export function testServer(name: string, start: StartServer, skip: string | false): void {
  describe(`the engine on ${name}`, { skip }, () => {
    let world: MailWorld;
    before(async () => {
      world = await MailWorld.start(start);
    });
    after(() => world.stop());

    const uidOf = async (subject: string): Promise<number> =>
      world.elsewhereIn('INBOX', async (client) => {
        const found = await client.search({ header: { subject } }, { uid: true });
        assert.ok(Array.isArray(found) && found[0] !== undefined, `${subject} on the server`);
        return found[0];
      });

    const append = (subject: string, flags: string[] = []) =>
      world.elsewhere((client) => client.append('INBOX', letter(subject), flags));

    it('brings a filled INBOX into the store, with flags, dates and words', async () => {
      await world.elsewhere(async (client) => {
        for (let index = 0; index < first; index += 1) {
          const at = new Date(Date.UTC(2026, 0, 1, 0, index));
          const flags = index % 2 === 0 ? ['\\Seen'] : [];
          await client.append('INBOX', letter(`first ${index}`), flags, at);
        }
      });
      await world.addAccount();
      await world.until('the whole INBOX', async () => {
        const rows = await world.rows('inbox');
        const { total, unseen } = await world.mailbox('inbox');
        return rows.length === first && total === first && unseen === first / 2;
      });
      const [newest] = await world.rows('inbox');
      assert.equal(newest?.subject, `first ${first - 1}`);
      assert.equal(newest?.from?.address, 'ada@example.test');
      assert.equal(newest?.receivedAt, new Date(Date.UTC(2026, 0, 1, 0, first - 1)).toISOString());
      assert.equal(newest?.seen, false);
      await world.until('words of the newest', async () => {
        const [row] = await world.rows('inbox');
        return row?.snippet.includes(`This is first ${first - 1}.`) === true;
      });
    });

    it('shows a message that another client appends', async () => {
      await append('knock knock');
      await world.until('the new message', async () => {
        const row = await world.row('inbox', 'knock knock');
        return !row.seen;
      });
      await world.until('its announcement', () =>
        world.told.some(
          (line) => line.startsWith('message.arrived') && line.includes('knock knock'),
        ),
      );
      const { ref } = await world.row('inbox', 'knock knock');
      const body = await world.engine.handlers['message.open']({ ref });
      assert.match(body.text ?? '', /This is knock knock\./);
    });

    it('takes flags to the server and from it', async () => {
      const { ref } = await world.row('inbox', 'knock knock');
      await world.engine.handlers['message.setFlags']({ refs: [ref], seen: true, flagged: true });
      const uid = await uidOf('knock knock');
      const flagsThere = () =>
        world.elsewhereIn('INBOX', async (client) => {
          const message = await client.fetchOne(String(uid), { flags: true }, { uid: true });
          return message === false ? [] : [...(message.flags ?? [])];
        });
      await world.until('the flags on the server', async () => {
        const flags = await flagsThere();
        return flags.includes('\\Seen') && flags.includes('\\Flagged');
      });
      await world.elsewhereIn('INBOX', async (client) => {
        await client.messageFlagsRemove(String(uid), ['\\Seen', '\\Flagged'], { uid: true });
        await client.messageFlagsAdd(String(uid), ['\\Answered'], { uid: true });
      });
      await world.until('the flags here', async () => {
        const row = await world.row('inbox', 'knock knock');
        return !row.seen && !row.flagged && row.answered;
      });
    });

    it('drops what another client expunges, and nothing else', async () => {
      const uids = [await uidOf('knock knock'), await uidOf('first 7')];
      await world.elsewhereIn('INBOX', (client) =>
        client.messageDelete(uids.join(','), { uid: true }),
      );
      await world.until('the message gone', async () => {
        const rows = await world.rows('inbox');
        return rows.length === first - 1;
      });
      const subjects = new Set((await world.rows('inbox')).map(({ subject }) => subject));
      assert.ok(!subjects.has('first 7') && subjects.has('first 8'));
      assert.equal((await world.mailbox('inbox')).total, first - 1);
    });

    it('keeps what it has of a message through a mailbox made, renamed and deleted elsewhere', async () => {
      const made = await world.elsewhere((client) => client.mailboxCreate(['Reisen & mehr']));
      await world.elsewhere((client) => client.append(made.path, letter('in a mailbox')));
      world.breakConnections();
      await world.until('the new mailbox', async () => {
        const { mailboxId } = await world.mailbox('Reisen & mehr');
        await world.engine.handlers['mailbox.sync']({ mailboxId });
        return (await world.rows('Reisen & mehr')).length === 1;
      });
      const renamed = await world.elsewhere((client) =>
        client.mailboxRename(made.path, ['Fahrten über Land']),
      );
      world.breakConnections();
      await world.until('the new name', async () => {
        const names = (await world.mailboxes()).map((one) => one.name);
        if (names.includes('Reisen & mehr')) return false;
        const { mailboxId } = await world.mailbox('Fahrten über Land');
        await world.engine.handlers['mailbox.sync']({ mailboxId });
        return (await world.rows('Fahrten über Land'))[0]?.subject === 'in a mailbox';
      });
      await world.elsewhere((client) => client.mailboxDelete(renamed.newPath));
      world.breakConnections();
      await world.until('the mailbox gone', async () =>
        (await world.mailboxes()).every((one) => one.name !== 'Fahrten über Land'),
      );
    });

    it('makes, renames and deletes a mailbox on the server', async () => {
      const { accountId } = world;
      const made = await world.engine.handlers['mailbox.create']({ accountId, name: 'Ablage ü' });
      assert.equal(made.name, 'Ablage ü');
      const pathsThere = () =>
        world.elsewhere(async (client) => (await client.list()).map(({ path }) => path));
      assert.ok((await pathsThere()).includes(made.path));
      const { mailboxId } = made;
      await world.engine.handlers['mailbox.rename']({ mailboxId, name: 'Ablage neu' });
      const { path } = await world.mailbox('Ablage neu');
      const renamed = await pathsThere();
      assert.ok(renamed.includes(path) && !renamed.includes(made.path));
      await world.engine.handlers['mailbox.delete']({ mailboxId });
      assert.ok(!(await pathsThere()).includes(path));
      assert.ok((await world.mailboxes()).every(({ name: left }) => left !== 'Ablage neu'));
    });

    it('sends a message and keeps one copy of it in Sent', async () => {
      await world.engine.handlers['settings.set']({ undoSendSeconds: 0 });
      const { draftId } = await world.engine.handlers['draft.create']({
        accountId: world.accountId,
        to: 'Bob <bob@example.test>',
        cc: '',
        bcc: '',
        subject: 'a letter out',
        text: 'Dear Bob.\n',
      });
      await world.engine.handlers['outbox.submit']({ draftId });
      await world.until('the copy in Sent', async () => {
        const row = await world.row('sent', 'a letter out');
        return row.seen;
      });
      assert.equal(world.smtp.accepted.length, 1);
      const { path } = await world.mailbox('sent');
      const there = await world.elsewhereIn(path, async (client) => {
        const messages = await client.fetchAll('1:*', { envelope: true, flags: true });
        return messages.map(({ envelope, flags }) => [envelope?.subject, flags?.has('\\Seen')]);
      });
      assert.deepEqual(there, [['a letter out', true]]);
    });

    it('keeps one copy of a draft in Drafts until it is sent', async () => {
      const { handlers } = world.engine;
      const { accountId } = world;
      const accepted = world.smtp.accepted.length;
      const people = { to: 'Bob <bob@example.test>', cc: '', bcc: 'eve@example.test' };
      const content = { accountId, ...people, subject: 'begun', text: 'Dear Bob.\n' };
      const { draftId } = await handlers['draft.create'](content);
      await handlers['draft.close']({ draftId });
      await world.until('its copy', async () => (await world.row('drafts', 'begun')).seen);
      await handlers['draft.save']({ draftId, content: { ...content, subject: 'gone on with' } });
      await handlers['draft.close']({ draftId });
      await world.until('the next copy alone', async () => {
        const subjects = (await world.rows('drafts')).map(({ subject }) => subject);
        return subjects.join() === 'gone on with';
      });
      const { path } = await world.mailbox('drafts');
      const kept = await world.elsewhereIn(path, async (client) => {
        const found = await client.search({ deleted: false, header: { bcc: 'eve' } });
        return Array.isArray(found) ? found.length : 0;
      });
      assert.equal(kept, 1);
      const { ref } = await world.row('drafts', 'gone on with');
      assert.equal((await handlers['draft.open']({ ref })).draftId, draftId);
      await handlers['outbox.submit']({ draftId });
      await world.until('Drafts empty', async () => (await world.rows('drafts')).length === 0);
      assert.equal(world.smtp.accepted.length, accepted + 1);
    });

    it('catches up with everything that happened while it was not running', async () => {
      const gone = await uidOf('first 20');
      const flagged = await uidOf('first 21');
      await world.restart(async () => {
        await world.elsewhereIn('INBOX', async (client) => {
          await client.messageDelete(String(gone), { uid: true });
          await client.messageFlagsAdd(String(flagged), ['\\Flagged', '\\Seen'], { uid: true });
        });
        await append('meanwhile');
      });
      await world.until('the same state as on the server', async () => {
        const rows = await world.rows('inbox');
        const subjects = rows.map(({ subject }) => subject);
        const row = await world.row('inbox', 'first 21');
        const same = subjects.includes('meanwhile') && !subjects.includes('first 20');
        return same && row.flagged && row.seen && rows.length === first - 1;
      });
    });

    it('finds words beyond ASCII by the server', async () => {
      const body = 'Der Kahn liegt am Süßwasserkanal.';
      await world.elsewhere((client) => client.append('INBOX', letter('a boat', body)));
      const { accountId } = world;
      await world.until('the hit', async () => {
        const { found, rows } = await world.engine.handlers['search.server']({
          accountId,
          searchId: `s${Date.now()}`,
          text: 'Süßwasserkanal',
        });
        return found === 1 && rows[0]?.subject === 'a boat';
      });
    });
  });
}
