/** Imports under way and those that are over: how far, what came of it, and what can be done. */
import { Pause, Play, X } from 'lucide-react';
import { ProgressBar } from 'react-aria-components/ProgressBar';
import type { AccountDto, TransferDto, WireError } from '../../../app/contract/index.ts';
import { IconButton } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { Disclosure } from '../../components/Disclosure.tsx';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import styles from './Import.module.css';
import { transferName, transferWords } from './transfer-words.ts';

interface TransferListProps {
  readonly transfers: readonly TransferDto[];
  readonly accounts: readonly AccountDto[];
  readonly onFailure: (error: WireError | undefined) => void;
  /** A row goes, and with it the button that had the focus. */
  readonly onGone: () => void;
}

export function TransferList({ transfers, accounts, onFailure, onGone }: TransferListProps) {
  const { t } = useWords();
  if (transfers.length === 0) return null;
  return (
    <section className={cx(styles.section)}>
      <h3 className={cx(styles.title)}>{t('import.transfers')}</h3>
      {transfers.some((transfer) => !isOver(transfer)) && (
        <p className={cx(styles.muted)}>{t('import.goesOn')}</p>
      )}
      <ul className={cx(styles.list)}>
        {transfers.map((transfer) => (
          <TransferRow
            key={transfer.transferId}
            transfer={transfer}
            account={accounts.find(({ accountId }) => accountId === transfer.accountId)}
            onFailure={onFailure}
            onGone={onGone}
          />
        ))}
      </ul>
    </section>
  );
}

const isOver = ({ state }: TransferDto) => state === 'finished' || state === 'cancelled';

interface TransferRowProps {
  readonly transfer: TransferDto;
  readonly account: AccountDto | undefined;
  readonly onFailure: (error: WireError | undefined) => void;
  /** A row goes, and with it the button that had the focus. */
  readonly onGone: () => void;
}

function TransferRow({ transfer, account, onFailure, onGone }: TransferRowProps) {
  const { t, number } = useWords();
  const { client, cache } = useBackend();
  const { transferId, state } = transfer;
  const name = transferName(transfer);
  const over = isOver(transfer);
  // Two of them may be alike in everything but their place; the list only grows at its end.
  const failures = transfer.failures.map((failure, index) => ({ ...failure, key: String(index) }));
  const goes = state === 'running' || state === 'waiting';

  function act(method: 'transfer.pause' | 'transfer.resume' | 'transfer.cancel'): void {
    onFailure(undefined);
    if (method === 'transfer.cancel' && over) onGone();
    client.call(method, { transferId }).then(
      () => cache.invalidate('transfer.list'),
      (reason: unknown) => onFailure(wireErrorOf(reason)),
    );
  }
  return (
    <li className={cx(styles.transfer)}>
      <div className={cx(styles.row)}>
        <span className={cx(styles.words)}>
          <span>{name}</span>
          <span className={cx(styles.muted)}>
            {t('import.into', {
              mailbox: transfer.target.join(' / '),
              address: account?.address ?? '',
            })}
          </span>
        </span>
        {goes && (
          <IconButton label={t('import.pause', { name })} onPress={() => act('transfer.pause')}>
            <Pause size={16} aria-hidden />
          </IconButton>
        )}
        {(state === 'paused' || state === 'stopped') && (
          <IconButton label={t('import.resume', { name })} onPress={() => act('transfer.resume')}>
            <Play size={16} aria-hidden />
          </IconButton>
        )}
        <IconButton
          label={over ? t('import.remove', { name }) : t('import.cancel', { name })}
          onPress={() => act('transfer.cancel')}
        >
          <X size={16} aria-hidden />
        </IconButton>
      </div>
      {!over && (
        <ProgressBar
          aria-label={name}
          value={Math.round(transfer.progress * 100)}
          className={cx(styles.progress)}
        >
          {({ percentage }) => (
            <svg className={cx(styles.bar)} viewBox="0 0 100 4" preserveAspectRatio="none">
              <title>{name}</title>
              <rect width="100" height="4" className={cx(styles.track)} />
              <rect width={percentage ?? 0} height="4" className={cx(styles.fill)} />
            </svg>
          )}
        </ProgressBar>
      )}
      <p className={cx(state === 'stopped' ? styles.caution : styles.muted)} role="status">
        {transferWords(transfer, t, number)}
      </p>
      {transfer.failures.length > 0 && (
        <Disclosure title={t('import.failures', { count: transfer.failed })}>
          <ul className={cx(styles.failures)}>
            {failures.map(({ key, mailbox, subject, reason, text }) => (
              <li key={key}>
                <span>{subject === '' ? t('list.noSubject') : subject}</span>
                <span className={cx(styles.muted)}>
                  {[mailbox, t(`import.failure.${reason}`), text ?? '']
                    .filter((part) => part !== '')
                    .join(' · ')}
                </span>
              </li>
            ))}
          </ul>
        </Disclosure>
      )}
    </li>
  );
}
