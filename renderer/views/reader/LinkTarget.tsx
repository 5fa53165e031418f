/** Where the link under the pointer leads: a line at the foot of the pane, as browsers have it. */
import { TriangleAlert } from 'lucide-react';
import { cx } from '../../components/cx.ts';
import { useWords } from '../../i18n/I18n.tsx';
import type { LinkFacts } from '../../mail/link-check.ts';
import styles from './Reader.module.css';

export function LinkTarget({ facts }: { readonly facts: LinkFacts }) {
  const { t } = useWords();
  const [warning] = facts.warnings;
  return (
    <div className={cx(styles.target, warning !== undefined && styles.doubtful)}>
      {warning !== undefined && (
        <>
          <TriangleAlert size={13} aria-hidden />
          <span className={cx(styles.why)}>{t(`link.warning.${warning}`)}</span>
        </>
      )}
      <bdi dir="ltr" className={cx(styles.url)}>
        {facts.url}
      </bdi>
    </div>
  );
}
