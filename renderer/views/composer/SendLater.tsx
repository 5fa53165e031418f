/** "Send later": two usual times, or any other. */
import type { CalendarDateTime } from '@internationalized/date';
import { Clock } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Dialog, DialogTrigger } from 'react-aria-components/Dialog';
import { Popover } from 'react-aria-components/Popover';
import { Button, IconButton } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import surface from '../../components/Surface.module.css';
import { useWords } from '../../i18n/I18n.tsx';
import { futureTime, laterTimes, wallTime } from './later-times.ts';
import styles from './SendLater.module.css';

// It brings the calendars of all languages: not before somebody asks for another time.
const MomentField = lazy(async () => ({
  default: (await import('../../components/TimeField.tsx')).MomentField,
}));

interface SendLaterProps {
  readonly isDisabled: boolean;
  readonly onSend: (sendAt: Date) => void;
}

export function SendLater({ isDisabled, onSend }: SendLaterProps) {
  const { t, dates } = useWords();
  const [isOpen, setOpen] = useState(false);
  const [field, setField] = useState<CalendarDateTime | null>(null);
  const usual = laterTimes(new Date());
  const chosen = futureTime(field, new Date());
  const send = (sendAt: Date) => {
    setOpen(false);
    onSend(sendAt);
  };
  const open = (next: boolean) => {
    setOpen(next);
    if (next) setField(wallTime(usual.tomorrow));
  };
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={open}>
      <IconButton label={t('composer.later')} isDisabled={isDisabled}>
        <Clock size={17} aria-hidden />
      </IconButton>
      <Popover className={cx(surface.surface, styles.popover)} offset={4} placement="top start">
        <Dialog className={cx(styles.choices)} aria-label={t('composer.later')}>
          <p className={cx(styles.title)}>{t('composer.later')}</p>
          {[usual.tomorrow, usual.monday].map((time) => (
            <Button
              key={time.getTime()}
              kind="plain"
              className={cx(styles.usual)}
              onPress={() => send(time)}
            >
              {dates.soon(time.toISOString())}
            </Button>
          ))}
          <div className={cx(styles.other)}>
            <Suspense fallback={<span className={cx(styles.pending)} />}>
              <MomentField label={t('composer.later.time')} value={field} onChange={setField} />
            </Suspense>
            <Button
              isDisabled={chosen === undefined}
              onPress={() => chosen !== undefined && send(chosen)}
            >
              {t('composer.later.send')}
            </Button>
          </div>
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
