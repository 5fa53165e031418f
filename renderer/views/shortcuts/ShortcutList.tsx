/** All commands that have keys, by group: what the sheet of shortcuts and the settings show. */
import { useCommandCenter, useKeyHints } from '../../commands/commands.tsx';
import { type CommandGroup, commandIds, commands } from '../../commands/registry.ts';
import { cx } from '../../components/cx.ts';
import { KeyCaps } from '../../components/KeyCaps.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import styles from './ShortcutList.module.css';

/** How many ways to do the same are worth a line. */
const shownKeys = 2;

/** Side by side where there is room. */
const columns: readonly (readonly CommandGroup[])[] = [
  ['write', 'message', 'find'],
  ['go', 'app'],
];

export function ShortcutList() {
  const { t } = useWords();
  const { singleKeys } = useCommandCenter();
  const hints = useKeyHints();
  const linesOf = (group: CommandGroup) =>
    commandIds
      .filter((id) => commands[id].group === group)
      .map((id) => ({ id, keys: hints.all(id).slice(0, shownKeys) }))
      .filter(({ keys }) => keys.length > 0);
  return (
    <>
      <p className={cx(styles.note)}>{t(singleKeys ? 'shortcuts.typing' : 'shortcuts.off')}</p>
      <div className={cx(styles.columns)}>
        {columns.map((groups) => (
          <div key={groups.join()}>
            {groups.map((group) => {
              const lines = linesOf(group);
              if (lines.length === 0) return null;
              return (
                <section key={group} className={cx(styles.group)}>
                  <h3 className={cx(styles.heading)}>{t(`command.group.${group}`)}</h3>
                  <dl>
                    {lines.map(({ id, keys }) => (
                      <div key={id} className={cx(styles.line)}>
                        <dt className={cx(styles.words)}>{t(`command.${id}`)}</dt>
                        <dd className={cx(styles.keys)}>
                          {keys.map((steps, index) => (
                            <span key={steps.join()} className={cx(styles.way)}>
                              {index > 0 && (
                                <span className={cx(styles.or)}>{t('shortcuts.or')}</span>
                              )}
                              <KeyCaps steps={steps} then={t('shortcuts.then')} />
                            </span>
                          ))}
                        </dd>
                      </div>
                    ))}
                  </dl>
                </section>
              );
            })}
          </div>
        ))}
      </div>
    </>
  );
}
