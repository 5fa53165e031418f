/** The message as it came, header and all: plain text, a piece at a time. */
import { useEffect, useState } from 'react';
import type { MessageRef, WireError } from '../../../app/contract/index.ts';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { Sheet } from '../../components/Sheet.tsx';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { Failure } from '../Failure.tsx';
import styles from './SourceSheet.module.css';

interface SourceSheetProps {
  readonly messageRef: MessageRef;
  readonly onClose: () => void;
}

interface Shown {
  readonly pieces: readonly string[];
  readonly sizeBytes: number;
  readonly next: number | undefined;
}

export default function SourceSheet({ messageRef, onClose }: SourceSheetProps) {
  const { t, size } = useWords();
  const { client } = useBackend();
  const [shown, setShown] = useState<Shown>({ pieces: [], sizeBytes: 0, next: 0 });
  const [wanted, setWanted] = useState(0);
  const [error, setError] = useState<WireError>();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    let gone = false;
    client.call('message.source', { ref: messageRef, offset: wanted }).then(
      ({ text, sizeBytes, next }) => {
        if (gone) return;
        setShown((before) => ({
          pieces: wanted === 0 ? [text] : [...before.pieces, text],
          sizeBytes,
          next,
        }));
      },
      (reason: unknown) => {
        if (!gone) setError(wireErrorOf(reason));
      },
    );
    return () => {
      gone = true;
    };
  }, [client, messageRef, wanted]);
  const { pieces, sizeBytes, next } = shown;
  return (
    <Sheet
      wide
      title={t('source.title')}
      closeLabel={t('action.close')}
      onClose={onClose}
      footer={
        <>
          <span role="status" className={cx(styles.status)}>
            {copied
              ? t('source.copied')
              : next === undefined
                ? size(sizeBytes)
                : t('source.shown', { shown: size(next), whole: size(sizeBytes) })}
          </span>
          {next !== undefined && next > 0 && (
            <Button onPress={() => setWanted(next)}>{t('source.next')}</Button>
          )}
          <Button
            onPress={() =>
              void navigator.clipboard.writeText(pieces.join('')).then(
                () => setCopied(true),
                () => undefined,
              )
            }
          >
            {t('source.copy')}
          </Button>
        </>
      }
    >
      {error !== undefined && <Failure error={error} />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section className={cx(styles.source)} aria-label={t('source.title')} tabIndex={0}>
        {pieces.map((piece, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces are only added
          <pre key={index} dir="ltr">
            {piece}
          </pre>
        ))}
      </section>
    </Sheet>
  );
}
