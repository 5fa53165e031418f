/** Names and values, one pair a line. */
import { cx } from '../../components/cx.ts';
import styles from './LockSheet.module.css';

export type Fact = readonly [name: string, value: string];

export function LockFacts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className={cx(styles.facts)}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <bdi>{value}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}
