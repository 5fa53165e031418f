/** How the list is shown: what of it, in which order, by conversations or by messages. */
import { ListFilter } from 'lucide-react';
import type { Dispatch } from 'react';
import type { ListOrder, Settings, ViewDto, ViewFilter } from '../../../app/contract/index.ts';
import { IconButton } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { MenuButton, type MenuGroup } from '../../components/Menu.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import type { DeskAction } from '../desk-state.ts';
import { listOrders, orderWord } from './list-order.ts';
import styles from './MessageList.module.css';

export interface ListMenuProps {
  /** What is shown now. */
  readonly view: ViewDto['kind'];
  readonly by: Settings['listBy'];
  readonly order: ListOrder;
  readonly filter: ViewFilter | undefined;
  /** It can be shown by conversations. */
  readonly groups: boolean;
  readonly outgoing: boolean;
  readonly dispatch: Dispatch<DeskAction>;
  readonly onOrder: (order: ListOrder) => void;
  readonly onSettings: (change: Partial<Settings>) => void;
}

const filters = ['unread', 'starred', 'attachments'] as const;

export function ListMenu(props: ListMenuProps) {
  const { view, by, order, filter, outgoing, dispatch, onOrder, onSettings } = props;
  const { t } = useWords();
  const useful = filters.filter((one) => one !== view);
  const groups: MenuGroup[] = [
    {
      id: 'filter',
      title: t('list.filter.title'),
      choice: 'one',
      entries: [
        {
          id: 'all',
          label: t('list.filter.all'),
          checked: filter === undefined,
          onAction: () => dispatch({ type: 'filter', filter: undefined }),
        },
        ...useful.map((one) => ({
          id: one,
          label: t(`list.filter.${one}`),
          checked: filter === one,
          onAction: () => dispatch({ type: 'filter', filter: one }),
        })),
      ],
    },
    {
      id: 'order',
      title: t('list.order.title'),
      choice: 'one',
      entries: listOrders.map((one) => ({
        id: one,
        label: t(`list.order.${orderWord(one, outgoing)}`),
        checked: order === one,
        onAction: () => onOrder(one),
      })),
    },
    {
      id: 'by',
      choice: 'many',
      entries: props.groups
        ? [
            {
              id: 'conversations',
              label: t('list.conversations'),
              checked: by === 'conversations',
              onAction: () =>
                onSettings({ listBy: by === 'conversations' ? 'messages' : 'conversations' }),
            },
          ]
        : [],
    },
  ];
  return (
    <MenuButton
      label={t('list.options')}
      groups={groups}
      trigger={
        <IconButton
          label={t('list.options')}
          className={cx((filter !== undefined || order !== 'newest') && styles.filtering)}
        >
          <ListFilter size={16} aria-hidden />
        </IconButton>
      }
    />
  );
}
