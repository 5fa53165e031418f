/** The question before a link that could deceive: where it truly leads, and why one is asked. */
import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { Sheet } from '../../components/Sheet.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import type { LinkFacts } from '../../mail/link-check.ts';
import styles from './LinkSheet.module.css';

interface LinkSheetProps {
  readonly facts: LinkFacts;
  readonly onClose: () => void;
  readonly onOpen: () => void;
}

export default function LinkSheet({ facts, onClose, onOpen }: LinkSheetProps) {
  const { t } = useWords();
  const [copied, setCopied] = useState(false);
  const isMail = facts.url.startsWith('mailto:');
  return (
    <Sheet
      title={t('link.title')}
      closeLabel={t('action.close')}
      onClose={onClose}
      footer={
        <>
          <span role="status" className={cx(styles.copied)}>
            {copied && t('link.copied')}
          </span>
          <Button
            onPress={() =>
              void navigator.clipboard.writeText(facts.url).then(
                () => setCopied(true),
                () => undefined,
              )
            }
          >
            {t('link.copy')}
          </Button>
          <Button onPress={onOpen}>{t('link.open')}</Button>
          <Button kind="primary" autoFocus onPress={onClose}>
            {t('action.cancel')}
          </Button>
        </>
      }
    >
      <ul className={cx(styles.warnings)}>
        {facts.warnings.map((warning) => (
          <li key={warning}>
            <TriangleAlert size={16} aria-hidden />
            {t(`link.warning.${warning}`)}
          </li>
        ))}
      </ul>
      <p className={cx(styles.label)}>{t(isMail ? 'link.writesTo' : 'link.goesTo')}</p>
      <p className={cx(styles.place)}>
        <bdi dir="ltr">{facts.place}</bdi>
      </p>
      {facts.wirePlace !== undefined && (
        <p className={cx(styles.label)}>{t('link.onTheWire', { host: facts.wirePlace })}</p>
      )}
      <p className={cx(styles.url)} dir="ltr">
        {facts.url}
      </p>
    </Sheet>
  );
}
