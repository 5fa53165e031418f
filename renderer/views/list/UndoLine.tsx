/** What was just done, and the way back; at the foot of the list, in nobody's way. */
import { useKeyHints } from '../../commands/commands.tsx';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { useWords } from '../../i18n/I18n.tsx';
import type { Translate } from '../../i18n/translate.ts';
import type { DoneMove, Moves } from '../moves.ts';
import { mailboxTitle } from '../sidebar/mailbox-title.ts';
import styles from './UndoLine.module.css';

function doneWords(t: Translate, { kind, to, count }: DoneMove): string {
  if (kind === 'move') {
    return t('undo.move', { count, mailbox: to === undefined ? '' : mailboxTitle(t, to) });
  }
  return t(`undo.${kind}`, { count });
}

export function UndoLine({ moves }: { readonly moves: Moves }) {
  const { t } = useWords();
  const hints = useKeyHints();
  const { done } = moves;
  return (
    // Always there, so that what comes into it is read out.
    <div role="status" className={cx(styles.status)}>
      {done !== undefined && (
        <div
          className={cx(styles.line)}
          onPointerEnter={() => moves.hold(true)}
          onPointerLeave={() => moves.hold(false)}
        >
          <span className={cx(styles.words)}>{doneWords(t, done)}</span>
          {done.kind !== 'deleteForever' && (
            <Button
              kind="plain"
              className={cx(styles.undo)}
              onFocusChange={moves.hold}
              onPress={moves.undo}
            >
              {t('undo.undo')}
              <kbd className={cx(styles.key)} aria-hidden>
                {hints.text('undo')}
              </kbd>
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
