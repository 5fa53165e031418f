import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Contacts } from '../../app/people/contacts.ts';
import { importContacts } from '../../app/people/import-contacts.ts';

const bob = {
  name: 'Bob Müller',
  emails: [{ address: 'bob@example.test', kind: 'home' as const }],
  phones: [],
};

function open() {
  return new Contacts({ path: ':memory:' });
}

test('entries are found by beginnings of their words, and listed by name', () => {
  const contacts = open();
  contacts.save({ ...bob, name: 'zoe', emails: [] });
  contacts.save(bob);
  const eve = contacts.save({ ...bob, name: 'Éve Adams', emails: [], organization: 'Boathouse' });
  const names = (text: string) => contacts.list(text, 0, 10).contacts.map(({ name }) => name);
  assert.deepEqual(names(''), ['Bob Müller', 'Éve Adams', 'zoe']);
  assert.deepEqual(names('mul'), ['Bob Müller']);
  assert.deepEqual(names('eve ad'), ['Éve Adams']);
  assert.deepEqual(names('bo'), ['Bob Müller', 'Éve Adams']);
  assert.deepEqual(contacts.list('', 1, 1), { total: 3, contacts: [eve] });
  contacts.close();
});

test('an entry is replaced and removed with all that found it', () => {
  const contacts = open();
  const { contactId } = contacts.save(bob);
  contacts.save({
    ...bob,
    contactId,
    name: 'Rob',
    emails: [{ address: 'rob@x.test', kind: 'work' }],
  });
  assert.equal(contacts.byAddress('bob@example.test'), undefined);
  assert.equal(contacts.byAddress('ROB@X.test')?.name, 'Rob');
  assert.equal(contacts.list('bob', 0, 10).total, 0);
  contacts.remove(contactId);
  for (const act of [
    () => contacts.get(contactId),
    () => contacts.remove(contactId),
    () => contacts.save({ ...bob, contactId }),
  ]) {
    assert.throws(act, { code: 'contact.not-found' });
  }
  assert.throws(() => contacts.save({ ...bob, emails: [{ address: 'x', kind: 'home' }] }), {
    code: 'address.invalid',
  });
  assert.equal(contacts.list('', 0, 10).total, 0);
  contacts.close();
});

const cards = `BEGIN:VCARD
FN:Robert
EMAIL:BOB@example.test
EMAIL;TYPE=work:bob@work.test
TEL:+49 30 123
END:VCARD
BEGIN:VCARD
FN:Nina
TEL:5
END:VCARD
BEGIN:VCARD
END:VCARD
`;

test('an import adds who is new, fills in who is known, and does nothing the second time', () => {
  const contacts = open();
  contacts.save(bob);
  assert.deepEqual(importContacts(contacts, cards), { added: 1, updated: 1, failed: 1 });
  const known = contacts.byAddress('bob@example.test');
  assert.equal(known?.name, 'Bob Müller');
  assert.deepEqual(
    known?.emails.map(({ address }) => address),
    ['bob@example.test', 'bob@work.test'],
  );
  assert.deepEqual(importContacts(contacts, cards), { added: 0, updated: 0, failed: 1 });
  assert.throws(() => importContacts(contacts, 'hello'), { code: 'contact.unreadable' });
  contacts.close();
});

test('an import that cannot be kept whole leaves the book as it was', () => {
  const contacts = open();
  contacts.save(bob);
  assert.throws(() =>
    contacts.change((save) => {
      save({ ...bob, name: 'Half' });
      throw new Error('power cut');
    }),
  );
  assert.equal(contacts.list('', 0, 10).total, 1);
  contacts.close();
});

test('the file is the person’s alone, and who was removed is not in it any more', () => {
  const dir = mkdtempSync(join(tmpdir(), 'contacts-'));
  const path = join(dir, 'contacts.db');
  const contacts = new Contacts({ path });
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const { contactId } = contacts.save({ ...bob, note: 'SECRETNOTE' });
  contacts.remove(contactId);
  for (const file of [path, `${path}-wal`]) {
    assert.ok(!readFileSync(file).includes('SECRETNOTE'), file);
  }
  contacts.close();
  const again = new Contacts({ path });
  assert.equal(again.list('', 0, 10).total, 0);
  again.close();
  rmSync(dir, { recursive: true });
});
