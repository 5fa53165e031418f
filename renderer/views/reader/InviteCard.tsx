/** What an invitation says, in the person's own time zone. Nothing is answered or added anywhere. */
import { CalendarDays, MapPin, Repeat, UserRound } from 'lucide-react';
import type { InviteDto, InviteTimeDto, MessageRef, PartDto } from '../../../app/contract/index.ts';
import { cx } from '../../components/cx.ts';
import { Disclosure } from '../../components/Disclosure.tsx';
import { useQuery } from '../../host/hooks.tsx';
import { useWords, type Words } from '../../i18n/I18n.tsx';
import { plainName, shortName } from '../../mail/addresses.ts';
import styles from './InviteCard.module.css';

interface InviteCardsProps {
  readonly messageRef: MessageRef;
  readonly parts: readonly PartDto[];
}

export function InviteCards({ messageRef, parts }: InviteCardsProps) {
  const has = parts.some(
    ({ mimeType }) => mimeType === 'text/calendar' || mimeType === 'application/ics',
  );
  const invites = useQuery('message.invites', has ? { ref: messageRef } : undefined).data?.invites;
  return invites?.map((invite, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the events of one message never move
    <InviteCard key={index} invite={invite} />
  ));
}

function InviteCard({ invite }: { readonly invite: InviteDto }) {
  const words = useWords();
  const { t, locale } = words;
  const { start, end, location, organizer, attendees } = invite;
  const icon = { size: 15, strokeWidth: 1.8, 'aria-hidden': true } as const;
  const kind = invite.cancelled ? 'cancel' : invite.kind;
  const when = start === undefined ? undefined : whenText(start, end, locale);
  const again = repeatText(invite, words);
  return (
    <section className={cx(styles.card)} aria-label={t('invite.label')}>
      <DayLeaf start={start} locale={locale} />
      <div className={cx(styles.words)}>
        <p className={cx(styles.kind, invite.cancelled && styles.cancelled)}>
          {t(`invite.kind.${kind}`)}
        </p>
        <h2 className={cx(styles.title, invite.cancelled && styles.struck)} dir="auto">
          {plainName(invite.summary) || t('invite.untitled')}
        </h2>
        <ul className={cx(styles.facts)}>
          {when !== undefined && (
            <li>
              <CalendarDays {...icon} />
              <span>
                {when}
                {start?.floating === true && (
                  <span className={cx(styles.muted)}> {t('invite.floating')}</span>
                )}
              </span>
            </li>
          )}
          {again !== undefined && (
            <li>
              <Repeat {...icon} />
              <span>{again}</span>
            </li>
          )}
          {location !== '' && (
            <li>
              <MapPin {...icon} />
              <span dir="auto">{plainName(location)}</span>
            </li>
          )}
          {organizer !== undefined && (
            <li>
              <UserRound {...icon} />
              <span dir="auto">{t('invite.from', { name: shortName(organizer) })}</span>
            </li>
          )}
        </ul>
        {invite.description.trim() !== '' && (
          <p className={cx(styles.description)} dir="auto">
            {invite.description.trim().slice(0, 2_000)}
          </p>
        )}
        {attendees.length > 0 && (
          <Disclosure title={t('invite.people', { count: attendees.length })}>
            <ul className={cx(styles.people)}>
              {attendees.map((person) => (
                <li key={person.address}>
                  <span dir="auto">{shortName(person)}</span>
                  <span className={cx(styles.muted)}>{t(`invite.answer.${person.answer}`)}</span>
                </li>
              ))}
            </ul>
          </Disclosure>
        )}
      </div>
    </section>
  );
}

/** A day as a torn-off leaf: month and number. */
function DayLeaf(props: { readonly start: InviteTimeDto | undefined; readonly locale: string }) {
  const { start, locale } = props;
  if (start === undefined) return null;
  const date = dateOf(start);
  const zone = zoneOf(start);
  const month = new Intl.DateTimeFormat(locale, { month: 'short', ...zone }).format(date);
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', ...zone }).format(date);
  return (
    <div className={cx(styles.leaf)} aria-hidden="true">
      <span className={cx(styles.month)}>{month.replace(/\.$/, '')}</span>
      <span className={cx(styles.day)}>{day.replace(/[^\p{N}]+$/u, '')}</span>
    </div>
  );
}

function dateOf({ value, isDay }: InviteTimeDto): Date {
  return new Date(isDay ? `${value}T00:00:00Z` : value);
}

/** Days and times without a zone are kept as if in UTC, and shown so. */
function zoneOf({ isDay, floating }: InviteTimeDto): { timeZone?: string } {
  return isDay || floating ? { timeZone: 'UTC' } : {};
}

function whenText(start: InviteTimeDto, end: InviteTimeDto | undefined, locale: string): string {
  const from = dateOf(start);
  const zone = zoneOf(start);
  if (start.isDay) {
    const days = new Intl.DateTimeFormat(locale, { dateStyle: 'full', ...zone });
    // The end of whole days is the day after.
    const last = end === undefined ? from : new Date(dateOf(end).getTime() - 86_400_000);
    return last > from ? days.formatRange(from, last) : days.format(from);
  }
  const times = new Intl.DateTimeFormat(locale, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    ...(zone.timeZone === undefined ? { timeZoneName: 'short' } : zone),
  });
  const to = end === undefined || end.isDay ? undefined : dateOf(end);
  return to !== undefined && to > from ? times.formatRange(from, to) : times.format(from);
}

/** 2023-01-01 was a Sunday. */
function weekdayName(day: number, locale: string): string {
  const date = new Date(Date.UTC(2023, 0, 1 + day));
  return new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' }).format(date);
}

function repeatText({ repeat }: InviteDto, { t, dates, locale }: Words): string | undefined {
  if (repeat === undefined) return undefined;
  let rule = t(`invite.every.${repeat.every}`, { interval: repeat.interval });
  if (repeat.every === 'week' && repeat.weekdays.length > 0) {
    const names = repeat.weekdays.map((day) => weekdayName(day, locale));
    rule = t('invite.onDays', { every: rule, days: new Intl.ListFormat(locale).format(names) });
  }
  if (repeat.more) rule = t('invite.more', { rule });
  if (repeat.until !== undefined) {
    return t('invite.until', { rule, date: dates.day(`${repeat.until}T12:00:00Z`) });
  }
  return repeat.count === undefined ? rule : t('invite.times', { rule, count: repeat.count });
}
