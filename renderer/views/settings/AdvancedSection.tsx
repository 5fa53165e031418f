/** For help desks and the curious: connections, the log, what this program is. */
import { useEffect, useState } from 'react';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { Disclosure } from '../../components/Disclosure.tsx';
import { LockLine } from '../../components/Lock.tsx';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend, useQuery } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { Group } from './Group.tsx';
import styles from './Settings.module.css';
import type { SectionProps } from './section-props.ts';

/** Enough to see what happened lately, and little enough to read. */
const logLines = 200;

export function AdvancedSection({ accounts, onFailure, onOpenLock }: SectionProps) {
  const { t } = useWords();
  const { client, cache } = useBackend();
  const info = useQuery('app.info', {}).data;
  const log = useQuery('log.tail', { lines: logLines }).data;
  // It grows while nobody looks.
  useEffect(() => cache.invalidate('log.tail'), [cache]);
  const [copied, setCopied] = useState<string>();

  async function copy(what: string, text: () => Promise<string>): Promise<void> {
    onFailure(undefined);
    try {
      await navigator.clipboard.writeText(await text());
      setCopied(what);
    } catch (reason) {
      onFailure(wireErrorOf(reason));
    }
  }
  const said = (what: string) => (
    <span className={cx(styles.said)} role="status">
      {copied === what && t('lock.copied')}
    </span>
  );
  return (
    <>
      <Group title={t('settings.reports')} text={t('settings.reportsText')}>
        {accounts.map(({ accountId, address, lock }) => (
          <div key={accountId} className={cx(styles.row)}>
            <div className={cx(styles.words)}>
              <p>{address}</p>
              <LockLine lock={lock} t={t} onOpen={() => onOpenLock(accountId)} />
            </div>
            {said(accountId)}
            <Button
              aria-label={t('settings.copyReportOf', { address })}
              onPress={() =>
                void copy(
                  accountId,
                  async () => (await client.call('lock.report', { accountId })).text,
                )
              }
            >
              {t('settings.copyReport')}
            </Button>
          </div>
        ))}
      </Group>
      <Group title={t('settings.log')}>
        <p className={cx(styles.hint)}>{t('settings.logText')}</p>
        {log?.path !== undefined && (
          <p className={cx(styles.path)}>
            <bdi dir="ltr">{log.path}</bdi>
          </p>
        )}
        <Disclosure title={t('settings.logShow')}>
          <section className={cx(styles.lines)} aria-label={t('settings.log')}>
            {log === undefined || log.lines.length === 0
              ? t('settings.logEmpty')
              : log.lines.join('\n')}
          </section>
        </Disclosure>
        <div className={cx(styles.buttons)}>
          <Button
            isDisabled={log === undefined || log.lines.length === 0}
            onPress={() => void copy('log', async () => log?.lines.join('\n') ?? '')}
          >
            {t('settings.logCopy')}
          </Button>
          {said('log')}
        </div>
      </Group>
      <Group title={t('settings.network')} text={t('settings.networkText')} />
      {info !== undefined && (
        <Group title={t('settings.about')}>
          <p className={cx(styles.hint)}>
            {t('settings.aboutText', { version: info.version, host: info.host })}
          </p>
        </Group>
      )}
    </>
  );
}
