/** What a letter can be besides its words: rich or plain, encrypted on the whole way. */
import { Ellipsis } from 'lucide-react';
import { useState } from 'react';
import { Checkbox } from 'react-aria-components/Checkbox';
import { Dialog, DialogTrigger } from 'react-aria-components/Dialog';
import { Popover } from 'react-aria-components/Popover';
import type { AccountDto } from '../../../app/contract/index.ts';
import { Button, IconButton } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import surface from '../../components/Surface.module.css';
import { useWords } from '../../i18n/I18n.tsx';
import styles from './ComposerOptions.module.css';

interface ComposerOptionsProps {
  readonly account: AccountDto | undefined;
  readonly isRich: boolean;
  readonly onRich: (isRich: boolean) => void;
  readonly requireTls: boolean;
  readonly onRequireTls: (required: boolean) => void;
  readonly onContacts: () => void;
}

export function ComposerOptions(props: ComposerOptionsProps) {
  const { account, isRich, onRich, requireTls, onRequireTls, onContacts } = props;
  const { t } = useWords();
  const [isOpen, setOpen] = useState(false);
  const canRequire = account?.canRequireTls ?? false;
  const host = account?.submission.host ?? '';
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
      <IconButton label={t('composer.options')}>
        <Ellipsis size={17} aria-hidden />
      </IconButton>
      <Popover className={cx(surface.surface, styles.popover)} offset={4} placement="top end">
        <Dialog className={cx(styles.dialog)} aria-label={t('composer.options')}>
          <Option
            isSelected={isRich}
            onChange={(next) => {
              setOpen(false);
              onRich(next);
            }}
            label={t('composer.options.rich')}
            hint={t('composer.options.rich.hint')}
          />
          <Option
            isSelected={requireTls}
            // What was chosen can be taken back, whatever the server says.
            isDisabled={!canRequire && !requireTls}
            onChange={onRequireTls}
            label={t('composer.requireTls')}
            hint={
              canRequire
                ? t('composer.requireTls.hint')
                : t('composer.requireTls.unavailable', { host })
            }
          />
          <Button
            kind="plain"
            className={cx(styles.link)}
            onPress={() => {
              setOpen(false);
              onContacts();
            }}
          >
            {t('contacts.open')}
          </Button>
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

interface OptionProps {
  readonly isSelected: boolean;
  readonly isDisabled?: boolean;
  readonly onChange: (selected: boolean) => void;
  readonly label: string;
  readonly hint: string;
}

function Option({ isSelected, isDisabled = false, onChange, label, hint }: OptionProps) {
  return (
    <Checkbox
      className={cx(styles.option)}
      isSelected={isSelected}
      isDisabled={isDisabled}
      onChange={onChange}
    >
      <span className={cx(styles.box)}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="m3.5 8.5 3 3 6-7" />
        </svg>
      </span>
      <span className={cx(styles.words)}>
        <span>{label}</span>
        <span className={cx(styles.hint)}>{hint}</span>
      </span>
    </Checkbox>
  );
}
