/** Brings mail from other programs and from files into an account, and shows how far it is. */
import { FolderOpen, Mailbox } from 'lucide-react';
import { useRef, useState } from 'react';
import type { AccountDto, ChosenSource, WireError } from '../../../app/contract/index.ts';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { Field } from '../../components/Field.tsx';
import { Picker } from '../../components/Picker.tsx';
import { Sheet } from '../../components/Sheet.tsx';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend, useQuery } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { Failure } from '../Failure.tsx';
import styles from './Import.module.css';
import { TransferList } from './TransferList.tsx';

interface ImportSheetProps {
  readonly accounts: readonly AccountDto[];
  readonly onClose: () => void;
}

/** A source as the list shows it before it is imported. */
type Ready = Pick<ChosenSource, 'sourceId' | 'kind' | 'name'> & {
  readonly mailboxes: number | undefined;
};

export default function ImportSheet({ accounts, onClose }: ImportSheetProps) {
  const { t } = useWords();
  const { client } = useBackend();
  const info = useQuery('app.info', {}).data;
  const profiles = useQuery('thunderbird.find', {}).data?.profiles ?? [];
  const transfers = useQuery('transfer.list', {}).data ?? [];
  const [accountId, setAccountId] = useState(accounts[0]?.accountId ?? '');
  const [target, setTarget] = useState(t('import.targetName'));
  const [ready, setReady] = useState<readonly Ready[]>([]);
  const [refused, setRefused] = useState<readonly string[]>([]);
  const [error, setError] = useState<WireError>();
  const [choosing, setChoosing] = useState(false);
  const whole = useRef<HTMLDivElement>(null);
  const canChoose = info?.capabilities.includes('openDialog') === true;
  const local = profiles
    .flatMap(({ localFolders }) => localFolders)
    .filter(({ sourceId }) => !ready.some((one) => one.sourceId === sourceId));

  const add = (more: readonly Ready[]) =>
    setReady((now) => [
      ...now,
      ...more.filter(({ sourceId }) => !now.some((one) => one.sourceId === sourceId)),
    ]);
  async function choose(what: 'files' | 'folder'): Promise<void> {
    setError(undefined);
    setChoosing(true);
    try {
      const chosen = await client.call('transfer.choose', { what });
      add(chosen.sources);
      setRefused(chosen.refused);
    } catch (reason) {
      setError(wireErrorOf(reason));
    } finally {
      setChoosing(false);
    }
  }
  async function start(): Promise<void> {
    setError(undefined);
    const path = target
      .split('/')
      .map((name) => name.trim())
      .filter((name) => name !== '');
    for (const { sourceId } of ready) {
      try {
        await client.call('transfer.import', { accountId, sourceId, target: path.slice(0, 16) });
        setReady((now) => now.filter((one) => one.sourceId !== sourceId));
      } catch (reason) {
        setError(wireErrorOf(reason));
        return;
      }
    }
  }
  return (
    <Sheet
      title={t('import.title')}
      closeLabel={t('action.close')}
      onClose={onClose}
      {...(ready.length === 0
        ? {}
        : {
            footer: (
              <>
                <Button onPress={onClose}>{t('action.cancel')}</Button>
                <Button kind="primary" onPress={() => void start()}>
                  {t('import.start')}
                </Button>
              </>
            ),
          })}
    >
      <div ref={whole} tabIndex={-1} className={cx(styles.import)}>
        <p className={cx(styles.muted)}>{t('import.text')}</p>
        {local.length > 0 && (
          <section className={cx(styles.section)}>
            <h3 className={cx(styles.title)}>{t('import.thunderbird')}</h3>
            <ul className={cx(styles.list)}>
              {local.map(({ sourceId, name, path }) => (
                <li key={sourceId} className={cx(styles.row)}>
                  <Mailbox size={16} aria-hidden />
                  <span className={cx(styles.words)}>
                    <span>{name}</span>
                    <span className={cx(styles.path)} dir="ltr">
                      {path}
                    </span>
                  </span>
                  <Button
                    aria-label={t('import.addNamed', { name })}
                    onPress={() =>
                      add([{ sourceId, name, kind: 'thunderbird', mailboxes: undefined }])
                    }
                  >
                    {t('import.add')}
                  </Button>
                </li>
              ))}
            </ul>
          </section>
        )}
        {canChoose && (
          <section className={cx(styles.section)}>
            <h3 className={cx(styles.title)}>{t('import.files')}</h3>
            <p className={cx(styles.muted)}>{t('import.filesText')}</p>
            <div className={cx(styles.buttons)}>
              <Button isDisabled={choosing} onPress={() => void choose('files')}>
                {t('import.chooseFiles')}
              </Button>
              <Button isDisabled={choosing} onPress={() => void choose('folder')}>
                {t('import.chooseFolder')}
              </Button>
            </div>
            {refused.length > 0 && (
              <p className={cx(styles.caution)} role="status">
                {t('import.refused', { count: refused.length, name: refused[0] ?? '' })}
              </p>
            )}
          </section>
        )}
        {ready.length > 0 && (
          <section className={cx(styles.section)}>
            <h3 className={cx(styles.title)}>{t('import.ready')}</h3>
            <ul className={cx(styles.list)}>
              {ready.map(({ sourceId, name, kind, mailboxes }) => (
                <li key={sourceId} className={cx(styles.row)}>
                  <FolderOpen size={16} aria-hidden />
                  <span className={cx(styles.words)}>
                    <span>{name}</span>
                    <span className={cx(styles.muted)}>
                      {t('import.kind', { kind, count: mailboxes ?? 0 })}
                    </span>
                  </span>
                  <Button
                    kind="plain"
                    aria-label={t('import.leaveOutNamed', { name })}
                    onPress={() =>
                      setReady((now) => now.filter((one) => one.sourceId !== sourceId))
                    }
                  >
                    {t('import.leaveOut')}
                  </Button>
                </li>
              ))}
            </ul>
            {accounts.length > 1 && (
              <Picker
                label={t('import.account')}
                options={accounts.map((one) => ({ id: one.accountId, name: one.address }))}
                value={accountId}
                onChange={setAccountId}
              />
            )}
            <Field
              label={t('import.target')}
              value={target}
              onChange={setTarget}
              hint={t('import.targetText')}
              autoComplete="off"
            />
          </section>
        )}
        {error !== undefined && <Failure error={error} />}
        <TransferList
          transfers={transfers}
          accounts={accounts}
          onFailure={setError}
          onGone={() => whole.current?.focus()}
        />
      </div>
    </Sheet>
  );
}
