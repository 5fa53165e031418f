/** Several pages of one thing, one in sight. Horizontal lines of words, or a column of them. */
import type { ReactNode } from 'react';
import { Tabs as AriaTabs, Tab, TabList, TabPanel } from 'react-aria-components/Tabs';
import { cx } from './cx.ts';
import styles from './Tabs.module.css';

export interface TabPage<Id extends string> {
  readonly id: Id;
  readonly title: string;
  readonly icon?: ReactNode;
  readonly content: ReactNode;
}

interface TabsProps<Id extends string> {
  /** Its name for screen readers. */
  readonly label: string;
  readonly pages: readonly TabPage<Id>[];
  readonly selected: Id;
  readonly onSelect: (id: Id) => void;
  readonly orientation?: 'horizontal' | 'vertical';
}

export function Tabs<Id extends string>(props: TabsProps<Id>) {
  const { label, pages, selected, onSelect, orientation = 'horizontal' } = props;
  return (
    <AriaTabs
      selectedKey={selected}
      onSelectionChange={(key) => {
        const chosen = pages.find(({ id }) => id === key);
        if (chosen !== undefined) onSelect(chosen.id);
      }}
      orientation={orientation}
      className={cx(styles.tabs, styles[orientation])}
    >
      <TabList aria-label={label} className={cx(styles.list)}>
        {pages.map(({ id, title, icon }) => (
          <Tab key={id} id={id} className={cx(styles.tab)}>
            {icon}
            <span className={cx(styles.title)}>{title}</span>
          </Tab>
        ))}
      </TabList>
      {pages.map(({ id, content }) => (
        <TabPanel key={id} id={id} className={cx(styles.panel)}>
          {content}
        </TabPanel>
      ))}
    </AriaTabs>
  );
}
