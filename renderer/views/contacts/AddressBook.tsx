/** The address book: who is in it, found by typing; one person at a time to look at and change. */
import { Download, Plus, Search, Upload } from 'lucide-react';
import { useRef, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { Input } from 'react-aria-components/Input';
import { TextField } from 'react-aria-components/TextField';
import { type ContactDto, limits, type WireError } from '../../../app/contract/index.ts';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import search from '../../components/SearchBox.module.css';
import { Sheet } from '../../components/Sheet.tsx';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend, useQuery } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { plainName } from '../../mail/addresses.ts';
import { Failure } from '../Failure.tsx';
import styles from './AddressBook.module.css';
import { ContactForm } from './ContactForm.tsx';
import { type ContactFields, emptyContact, fieldsOf } from './contact-fields.ts';

interface AddressBookProps {
  readonly onClose: () => void;
  /** Begins a letter to this person. */
  readonly onWrite: (to: string) => void;
}

/** As many as one answer holds; who is further down is found by typing. */
const shown = 500;

export function AddressBook({ onClose, onWrite }: AddressBookProps) {
  const { t } = useWords();
  const { client, cache } = useBackend();
  const [text, setText] = useState('');
  const [open, setOpen] = useState<ContactFields>();
  const [error, setError] = useState<WireError>();
  const [said, setSaid] = useState('');
  const picker = useRef<HTMLInputElement>(null);
  const wanted = text.trim();
  const found = useQuery('contact.list', {
    offset: 0,
    limit: shown,
    ...(wanted === '' ? {} : { text: wanted.slice(0, limits.addressLength) }),
  });
  const fail = (reason: unknown) => setError(wireErrorOf(reason));

  async function take(file: File): Promise<void> {
    setError(undefined);
    try {
      const { added, updated, failed } = await client.call('contact.import', {
        text: await file.text(),
      });
      cache.invalidate('contact.list');
      setSaid(t('contacts.imported', { added, updated, failed }));
    } catch (reason) {
      fail(reason);
    }
  }
  async function give(): Promise<void> {
    setError(undefined);
    try {
      const { savedAs, written } = await client.call('contact.export', {});
      if (savedAs !== undefined) setSaid(t('contacts.exported', { written, file: savedAs }));
    } catch (reason) {
      fail(reason);
    }
  }
  const back = () => {
    setOpen(undefined);
    cache.invalidate('contact.list');
  };
  if (open !== undefined) {
    return (
      <Sheet
        title={open.contactId === undefined ? t('contacts.new') : open.name}
        closeLabel={t('action.close')}
        onClose={onClose}
      >
        <ContactForm contact={open} onDone={back} onWrite={onWrite} />
      </Sheet>
    );
  }
  const people = found.data?.contacts ?? [];
  const more = (found.data?.total ?? 0) - people.length;
  return (
    <Sheet
      title={t('contacts.title')}
      closeLabel={t('action.close')}
      onClose={onClose}
      footer={
        <>
          <Button kind="plain" className={cx(styles.first)} onPress={() => picker.current?.click()}>
            <Upload size={16} aria-hidden />
            {t('contacts.import')}
          </Button>
          <Button kind="plain" onPress={() => void give()}>
            <Download size={16} aria-hidden />
            {t('contacts.export')}
          </Button>
          <Button kind="primary" className={cx(styles.new)} onPress={() => setOpen(emptyContact)}>
            <Plus size={16} aria-hidden />
            {t('contacts.new')}
          </Button>
        </>
      }
    >
      <div className={cx(styles.search)}>
        <TextField
          aria-label={t('contacts.search')}
          className={cx(search.box, styles.box)}
          value={text}
          onChange={setText}
          type="search"
          autoFocus
          autoComplete="off"
        >
          <Search size={16} aria-hidden />
          <Input placeholder={t('contacts.search')} />
        </TextField>
      </div>
      {error !== undefined && <Failure error={error} />}
      {found.error !== undefined && <Failure error={found.error} />}
      <p className={cx(styles.said)} role="status">
        {said}
      </p>
      {found.data?.total === 0 && (
        <EmptyState
          title={wanted === '' ? t('contacts.empty.title') : t('contacts.nobody')}
          text={wanted === '' ? t('contacts.empty.text') : ''}
        />
      )}
      <ul className={cx(styles.list)} aria-label={t('contacts.title')}>
        {people.map((person) => (
          <PersonRow
            key={person.contactId}
            person={person}
            onOpen={() => setOpen(fieldsOf(person))}
          />
        ))}
      </ul>
      {more > 0 && <p className={cx(styles.more)}>{t('contacts.more', { count: more })}</p>}
      <input
        ref={picker}
        type="file"
        accept=".vcf,text/vcard"
        hidden
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file !== undefined) void take(file);
          event.target.value = '';
        }}
      />
    </Sheet>
  );
}

function PersonRow(props: { readonly person: ContactDto; readonly onOpen: () => void }) {
  const { person, onOpen } = props;
  const address = person.emails[0]?.address ?? '';
  return (
    <li>
      <AriaButton className={cx(styles.person)} onPress={onOpen}>
        <span className={cx(styles.name)} dir="auto">
          {plainName(person.name)}
        </span>
        <span className={cx(styles.address)}>{address}</span>
      </AriaButton>
    </li>
  );
}
