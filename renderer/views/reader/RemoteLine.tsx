/** What of a message was not loaded, why, and the two ways to load it. Trackers stay out in any case. */
import { EyeOff, ImageOff } from 'lucide-react';
import { useState } from 'react';
import type { AddressDto, MessageRef, WireError } from '../../../app/contract/index.ts';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { shortName } from '../../mail/addresses.ts';
import { Failure } from '../Failure.tsx';
import styles from './RemoteLine.module.css';
import type { RemoteState } from './use-remote.ts';

interface RemoteLineProps {
  readonly messageRef: MessageRef;
  readonly from: readonly AddressDto[];
  readonly remote: RemoteState;
}

export function RemoteLine({ messageRef, from, remote }: RemoteLineProps) {
  const { t } = useWords();
  const { client, cache } = useBackend();
  const [error, setError] = useState<WireError>();
  const { answer, isOff, pictureCount, trackerCount, otherCount } = remote;
  const [sender] = from;
  const done = () => cache.invalidate('remote.resolve');
  const fail = (reason: unknown) => setError(wireErrorOf(reason));
  const allow = (always: boolean) =>
    void client.call('remote.allow', { ref: messageRef, sender: always }).then(done, fail);
  const blocked = !isOff && pictureCount > 0 && answer?.allowed === 'no';
  const trackers = trackerCount > 0 && (
    <span className={cx(styles.trackers)}>
      <EyeOff size={14} aria-hidden />
      {t('reader.trackers', { count: trackerCount })}
    </span>
  );
  if (!blocked) {
    const always = answer?.allowed === 'sender' && sender !== undefined && pictureCount > 0;
    const never = isOff && pictureCount > 0;
    const rest = pictureCount === 0 && otherCount > 0;
    if (!always && !never && !rest && trackerCount === 0) return null;
    return (
      <div className={cx(styles.quiet)}>
        {never && <span>{t('reader.remoteNever', { count: pictureCount })}</span>}
        {rest && <span>{t('reader.remoteOther')}</span>}
        {always && (
          <span>
            {t('reader.loadedAlways', { sender: shortName(sender) })}{' '}
            <Button
              kind="plain"
              className={cx(styles.inline)}
              onPress={() =>
                void client.call('remote.forget', { address: sender.address }).then(done, fail)
              }
            >
              {t('reader.stopLoading')}
            </Button>
          </span>
        )}
        {trackers}
        {error !== undefined && <Failure error={error} />}
      </div>
    );
  }
  return (
    <div className={cx(styles.banner)}>
      <ImageOff size={16} aria-hidden className={cx(styles.icon)} />
      <div className={cx(styles.words)}>
        <p>{t('reader.remoteBlocked', { count: pictureCount })}</p>
        {trackers}
        <div className={cx(styles.buttons)}>
          <Button onPress={() => allow(false)}>{t('reader.loadOnce')}</Button>
          {answer?.canRemember === true && sender !== undefined && (
            <Button kind="plain" className={cx(styles.always)} onPress={() => allow(true)}>
              <span className={cx(styles.alwaysWords)}>
                {t('reader.loadAlways', { sender: sender.address })}
              </span>
            </Button>
          )}
        </div>
        {error !== undefined && <Failure error={error} />}
      </div>
    </div>
  );
}
