/** Who wrote, to whom, and when. The real address always stands beside a name. */
import { type ReactNode, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { AddressDto, MessageBody, MessageRow } from '../../../app/contract/index.ts';
import { cx } from '../../components/cx.ts';
import { useWords } from '../../i18n/I18n.tsx';
import { nameContradicts, plainName, shortName } from '../../mail/addresses.ts';
import styles from './People.module.css';

interface PeopleProps {
  readonly row: MessageRow;
  readonly body: MessageBody | undefined;
  /** What can be done with the message: small buttons beside the date. */
  readonly children?: ReactNode;
}

/** More than this many recipients are folded. */
const shownRecipients = 4;

export function People({ row, body, children }: PeopleProps) {
  const { t, dates } = useWords();
  const [open, setOpen] = useState(false);
  const from = body?.from ?? (row.from === undefined ? [] : [row.from]);
  const to = body?.to ?? row.to;
  const when = body?.sentAt ?? row.receivedAt;
  const all = [...to, ...(body?.cc ?? []), ...(body?.bcc ?? [])];
  return (
    <div className={cx(styles.people)}>
      <div className={cx(styles.top)}>
        <div className={cx(styles.words)}>
          <div className={cx(styles.from)}>
            {from.length === 0 && <span className={cx(styles.name)}>{t('list.noSender')}</span>}
            {from.map((person) => (
              <Person key={person.address} person={person} strong />
            ))}
          </div>
          <time className={cx(styles.date)} dateTime={when}>
            {dates.full(when)}
          </time>
        </div>
        <div className={cx(styles.aside)}>{children}</div>
      </div>
      {from.length > 1 && <p className={cx(styles.warning)}>{t('reader.severalSenders')}</p>}
      {from.some(nameContradicts) && (
        <p className={cx(styles.warning)}>{t('reader.nameContradicts')}</p>
      )}
      {body?.sender !== undefined && (
        <p className={cx(styles.line)}>
          <span className={cx(styles.label)}>{t('reader.sentBy')}</span>
          <Person person={body.sender} />
        </p>
      )}
      {open ? (
        <Recipients to={to} body={body} />
      ) : (
        all.length > 0 && (
          <Button className={cx(styles.line, styles.fold)} onPress={() => setOpen(true)}>
            <span className={cx(styles.label)}>{t('reader.to')}</span>
            <span className={cx(styles.names)} dir="auto">
              {all.slice(0, shownRecipients).map(shortName).join(', ')}
              {all.length > shownRecipients &&
                ` ${t('reader.andMore', { count: all.length - shownRecipients })}`}
            </span>
            <span className="visuallyHidden">{t('reader.showRecipients')}</span>
          </Button>
        )
      )}
    </div>
  );
}

interface RecipientsProps {
  readonly to: readonly AddressDto[];
  readonly body: MessageBody | undefined;
}

function Recipients({ to, body }: RecipientsProps) {
  const { t } = useWords();
  const groups = [
    [t('reader.to'), to],
    [t('reader.cc'), body?.cc ?? []],
    [t('reader.bcc'), body?.bcc ?? []],
    [t('reader.replyTo'), body?.replyTo ?? []],
  ] as const;
  return groups
    .filter(([, people]) => people.length > 0)
    .map(([label, people]) => (
      <p key={label} className={cx(styles.line)}>
        <span className={cx(styles.label)}>{label}</span>
        <span className={cx(styles.all)}>
          {people.map((person) => (
            <Person key={`${person.name}${person.address}`} person={person} />
          ))}
        </span>
      </p>
    ));
}

function Person({
  person,
  strong = false,
}: {
  readonly person: AddressDto;
  readonly strong?: boolean;
}) {
  const name = plainName(person.name);
  return (
    <span className={cx(styles.person)}>
      {name !== '' && (
        <span className={cx(strong && styles.name)} dir="auto">
          {name}
        </span>
      )}
      <span className={cx(name === '' && strong ? styles.name : styles.address)} dir="ltr">
        {plainName(person.address)}
      </span>
    </span>
  );
}
