/** One person of the address book, to look at and to change. */
import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import { limits, type WireError } from '../../../app/contract/index.ts';
import { Button, IconButton } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { Field } from '../../components/Field.tsx';
import { Picker } from '../../components/Picker.tsx';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { addressText } from '../../mail/addresses.ts';
import { Failure } from '../Failure.tsx';
import styles from './AddressBook.module.css';
import {
  type ContactFields,
  canSave,
  type FieldLine,
  inputOf,
  kinds,
  newLine,
} from './contact-fields.ts';

interface ContactFormProps {
  readonly contact: ContactFields;
  readonly onDone: () => void;
  readonly onWrite: (to: string) => void;
}

export function ContactForm({ contact, onDone, onWrite }: ContactFormProps) {
  const { t } = useWords();
  const { client } = useBackend();
  const [fields, setFields] = useState(contact);
  const [error, setError] = useState<WireError>();
  const [busy, setBusy] = useState(false);
  const change = (part: Partial<ContactFields>) => setFields((before) => ({ ...before, ...part }));
  async function run(work: () => Promise<unknown>): Promise<void> {
    setBusy(true);
    setError(undefined);
    try {
      await work();
      onDone();
    } catch (reason) {
      setError(wireErrorOf(reason));
      setBusy(false);
    }
  }
  const { contactId } = contact;
  const address = fields.emails[0]?.value.trim() ?? '';
  return (
    <form
      className={cx(styles.form)}
      onSubmit={(event) => {
        event.preventDefault();
        if (canSave(fields)) void run(() => client.call('contact.save', inputOf(fields, contact)));
      }}
    >
      <Field
        label={t('contacts.name')}
        value={fields.name}
        onChange={(name) => change({ name })}
        maxLength={500}
        autoFocus={contactId === undefined}
      />
      <Lines
        label={t('contacts.emails')}
        add={t('contacts.addEmail')}
        type="email"
        lines={fields.emails}
        onChange={(emails) => change({ emails })}
      />
      <Lines
        label={t('contacts.phones')}
        add={t('contacts.addPhone')}
        type="tel"
        lines={fields.phones}
        onChange={(phones) => change({ phones })}
      />
      <Field
        label={t('contacts.organization')}
        value={fields.organization}
        onChange={(organization) => change({ organization })}
        maxLength={500}
      />
      <label className={cx(styles.note)}>
        <span>{t('contacts.note')}</span>
        <textarea
          value={fields.note}
          onChange={(event) => change({ note: event.target.value })}
          maxLength={10_000}
          rows={3}
          dir="auto"
        />
      </label>
      {error !== undefined && <Failure error={error} />}
      <div className={cx(styles.actions)}>
        {contactId !== undefined && (
          <>
            <Button
              kind="harm"
              className={cx(styles.remove)}
              isDisabled={busy}
              onPress={() => void run(() => client.call('contact.remove', { contactId }))}
            >
              {t('contacts.remove')}
            </Button>
            <Button
              kind="plain"
              isDisabled={address === ''}
              onPress={() => onWrite(addressText({ name: fields.name, address }))}
            >
              {t('contacts.write')}
            </Button>
          </>
        )}
        <Button onPress={onDone} isDisabled={busy}>
          {t('action.cancel')}
        </Button>
        <Button kind="primary" type="submit" isDisabled={busy || !canSave(fields)}>
          {t('contacts.save')}
        </Button>
      </div>
    </form>
  );
}

interface LinesProps {
  readonly label: string;
  readonly add: string;
  readonly type: 'email' | 'tel';
  readonly lines: readonly FieldLine[];
  readonly onChange: (lines: readonly FieldLine[]) => void;
}

function Lines({ label, add, type, lines, onChange }: LinesProps) {
  const { t } = useWords();
  const put = (key: number, part: Partial<FieldLine>) =>
    onChange(lines.map((line) => (line.key === key ? { ...line, ...part } : line)));
  return (
    <fieldset className={cx(styles.lines)}>
      <legend>{label}</legend>
      {lines.map((line) => (
        <div key={line.key} className={cx(styles.line)}>
          <input
            aria-label={label}
            type={type === 'tel' ? 'tel' : 'text'}
            inputMode={type}
            value={line.value}
            onChange={(event) => put(line.key, { value: event.target.value })}
            maxLength={limits.addressLength}
            spellCheck={false}
            autoComplete="off"
          />
          <Picker
            look="box"
            label={t('contacts.kind')}
            options={kinds.map((id) => ({ id, name: t(`contacts.kind.${id}`) }))}
            value={line.kind}
            onChange={(kind) => put(line.key, { kind })}
          />
          <IconButton
            label={t('contacts.removeLine')}
            onPress={() => onChange(lines.filter(({ key }) => key !== line.key))}
          >
            <X size={16} aria-hidden />
          </IconButton>
        </div>
      ))}
      <Button
        kind="plain"
        className={cx(styles.add)}
        onPress={() => onChange([...lines, newLine()])}
      >
        <Plus size={14} aria-hidden />
        {add}
      </Button>
    </fieldset>
  );
}
