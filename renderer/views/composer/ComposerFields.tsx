/** The head of a letter: who writes, to whom, about what. */
import { type Ref, useId, useState } from 'react';
import type { AccountDto, DraftContent, IdentityDto } from '../../../app/contract/index.ts';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { useWords } from '../../i18n/I18n.tsx';
import styles from './Composer.module.css';
import { FromLine } from './FromLine.tsx';
import { RecipientField } from './RecipientField.tsx';
import type { Sender } from './senders.ts';

interface ComposerFieldsProps {
  readonly accounts: readonly AccountDto[];
  readonly identities: readonly IdentityDto[];
  readonly content: DraftContent;
  readonly to: Ref<{ focus(typed: string): void }>;
  readonly onChange: (change: Partial<DraftContent>) => void;
  readonly onSender: (sender: Sender) => void;
  readonly onOpenLock: (accountId: string) => void;
}

export function ComposerFields(props: ComposerFieldsProps) {
  const { accounts, identities, content, to, onChange, onSender, onOpenLock } = props;
  const { t } = useWords();
  const id = useId();
  const [showsCopies, setShowsCopies] = useState(content.cc !== '' || content.bcc !== '');
  const { accountId } = content;
  return (
    <div className={cx(styles.fields)}>
      <FromLine
        accounts={accounts}
        identities={identities}
        accountId={accountId}
        identityId={content.identityId}
        onChange={onSender}
        onOpenLock={onOpenLock}
      />
      <RecipientField
        ref={to}
        label={t('composer.to')}
        initial={content.to}
        accountId={accountId}
        onChange={(text) => onChange({ to: text })}
      >
        {!showsCopies && (
          <Button kind="plain" className={cx(styles.copies)} onPress={() => setShowsCopies(true)}>
            {t('composer.showCopies')}
          </Button>
        )}
      </RecipientField>
      {showsCopies &&
        (['cc', 'bcc'] as const).map((field) => (
          <RecipientField
            key={field}
            label={t(`composer.${field}`)}
            initial={content[field]}
            accountId={accountId}
            onChange={(text) => onChange({ [field]: text })}
          />
        ))}
      <div className={cx(styles.line)}>
        <label htmlFor={`${id}subject`}>{t('composer.subject')}</label>
        <input
          id={`${id}subject`}
          className={cx(styles.subject)}
          value={content.subject}
          maxLength={2_000}
          onChange={(event) => onChange({ subject: event.target.value })}
          dir={content.subject === '' ? undefined : 'auto'}
          spellCheck
        />
      </div>
    </div>
  );
}
