/** The two steps that lower what is known of a server: never a button in an error, always a step. */
import { useState } from 'react';
import type { WireError } from '../../../app/contract/index.ts';
import { Button } from '../../components/Button.tsx';
import { Check } from '../../components/Check.tsx';
import { cx } from '../../components/cx.ts';
import { Sheet } from '../../components/Sheet.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import styles from './AddAccount.module.css';
import { KeyWords } from './KeyWords.tsx';

interface StepProps {
  readonly error: WireError;
  readonly onBack: () => void;
  readonly onContinue: () => void;
}

function hostOf(error: WireError, otherwise: string): string {
  const host = error.params.host;
  return typeof host === 'string' && host !== '' ? host : otherwise;
}

export function FirstUseStep({ error, onBack, onContinue }: StepProps) {
  const { t } = useWords();
  const { words, service, interceptor } = error.params;
  const place = error.params.interceptorPlace ?? 'computer';
  return (
    <Sheet
      title={t('firstUse.title')}
      closeLabel={t('action.close')}
      onClose={onBack}
      footer={
        <>
          <Button onPress={onBack}>{t('action.back')}</Button>
          <Button kind="primary" onPress={onContinue}>
            {t('firstUse.continue')}
          </Button>
        </>
      }
    >
      <div className={cx(styles.step)}>
        <p>{t('firstUse.text', { host: hostOf(error, t('error.anyHost')) })}</p>
        {typeof words === 'string' && <KeyWords words={words} />}
        <p>{t('firstUse.compare')}</p>
        {typeof interceptor === 'string' && (
          <p>{t('firstUse.intercepted', { interceptor, interceptorPlace: place })}</p>
        )}
        {(service === 'imap' || service === 'submission') && (
          <dl className={cx(styles.facts)}>
            <dt>{t('firstUse.usedFor')}</dt>
            <dd>{t(`leg.${service}`)}</dd>
          </dl>
        )}
      </div>
    </Sheet>
  );
}

export function NoEncryptionStep({ error, onBack, onContinue }: StepProps) {
  const { t } = useWords();
  const [understood, setUnderstood] = useState(false);
  const host = hostOf(error, t('error.anyHost'));
  return (
    <Sheet
      title={t('noEncryption.title')}
      closeLabel={t('action.close')}
      onClose={onBack}
      footer={
        <>
          <Button kind="harm" onPress={onContinue} isDisabled={!understood}>
            {t('noEncryption.continue')}
          </Button>
          <Button kind="primary" onPress={onBack}>
            {t('action.back')}
          </Button>
        </>
      }
    >
      <div className={cx(styles.step)}>
        <p>{t('noEncryption.text', { host })}</p>
        <p>{t('noEncryption.advice')}</p>
        <Check isSelected={understood} onChange={setUnderstood}>
          {t('noEncryption.understood')}
        </Check>
      </div>
    </Sheet>
  );
}
