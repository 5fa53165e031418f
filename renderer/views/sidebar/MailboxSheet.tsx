/** Makes a mailbox, gives it another name, or deletes it after one question. */
import { useState } from 'react';
import type { WireError } from '../../../app/contract/index.ts';
import { Button } from '../../components/Button.tsx';
import { Field } from '../../components/Field.tsx';
import { Sheet } from '../../components/Sheet.tsx';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import type { MailboxSheetState } from '../desk-state.ts';
import { Failure } from '../Failure.tsx';
import { mailboxTitle } from './mailbox-title.ts';

interface MailboxSheetProps {
  readonly sheet: MailboxSheetState;
  readonly onClose: () => void;
}

/** As the contract allows. */
const longestName = 200;

export function MailboxSheet({ sheet, onClose }: MailboxSheetProps) {
  const { t } = useWords();
  const { client } = useBackend();
  const [name, setName] = useState(sheet.kind === 'rename-mailbox' ? sheet.mailbox.name : '');
  const [error, setError] = useState<WireError>();
  const [busy, setBusy] = useState(false);

  function call(): Promise<unknown> {
    const trimmed = name.trim();
    switch (sheet.kind) {
      case 'create-mailbox': {
        const { accountId, mailbox } = sheet;
        const parent = mailbox === undefined ? {} : { parentId: mailbox.mailboxId };
        return client.call('mailbox.create', { accountId, name: trimmed, ...parent });
      }
      case 'rename-mailbox':
        return client.call('mailbox.rename', {
          mailboxId: sheet.mailbox.mailboxId,
          name: trimmed,
        });
      case 'delete-mailbox':
        return client.call('mailbox.delete', { mailboxId: sheet.mailbox.mailboxId });
    }
  }
  function run(): void {
    if (busy || (sheet.kind !== 'delete-mailbox' && name.trim() === '')) return;
    setBusy(true);
    setError(undefined);
    // The list of mailboxes follows by its own event.
    call().then(onClose, (reason: unknown) => {
      setError(wireErrorOf(reason));
      setBusy(false);
    });
  }
  const { mailbox } = sheet;
  const title = mailbox === undefined ? '' : mailboxTitle(t, mailbox);
  const deletes = sheet.kind === 'delete-mailbox';
  return (
    <Sheet
      title={t(`mailboxSheet.${sheet.kind}`)}
      closeLabel={t('action.close')}
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>{t('action.cancel')}</Button>
          <Button
            kind={deletes ? 'harm' : 'primary'}
            isDisabled={busy || (!deletes && name.trim() === '')}
            onPress={run}
          >
            {t(`mailboxSheet.${sheet.kind}.do`)}
          </Button>
        </>
      }
    >
      {error !== undefined && <Failure error={error} />}
      {deletes ? (
        <p>{t('mailboxSheet.deleteText', { mailbox: title, count: sheet.mailbox.total })}</p>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            run();
          }}
        >
          <Field
            label={t('mailboxSheet.name')}
            {...(sheet.kind === 'create-mailbox' && mailbox !== undefined
              ? { hint: t('mailboxSheet.within', { mailbox: title }) }
              : {})}
            value={name}
            onChange={setName}
            maxLength={longestName}
            autoFocus
          />
        </form>
      )}
    </Sheet>
  );
}
