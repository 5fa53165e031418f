/** One message: its people, what can be done with it, its text and files. Opens from the row. */
import { ChevronUp, Code, Ellipsis, Palette, Printer, Route, Save } from 'lucide-react';
import { lazy, memo, Suspense, useEffect, useState } from 'react';
import type { MessageBody, MessageRow, WireError } from '../../../app/contract/index.ts';
import { IconButton } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { MenuButton, type MenuEntry } from '../../components/Menu.tsx';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend, useQuery } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { plainName } from '../../mail/addresses.ts';
import { judgeLink, type LinkFacts } from '../../mail/link-check.ts';
import { useDark } from '../../theme/use-dark.ts';
import { Failure } from '../Failure.tsx';
import { Attachments } from './Attachments.tsx';
import { HtmlMessage } from './HtmlMessage.tsx';
import { InviteCards } from './InviteCard.tsx';
import { LinkTarget } from './LinkTarget.tsx';
import { People } from './People.tsx';
import { PlainText } from './PlainText.tsx';
import { printMessage } from './print.ts';
import styles from './Reader.module.css';
import { RemoteLine } from './RemoteLine.tsx';
import { useRemote } from './use-remote.ts';

const LinkSheet = lazy(() => import('./LinkSheet.tsx'));
const SourceSheet = lazy(() => import('./SourceSheet.tsx'));
const TravelSheet = lazy(() => import('./TravelSheet.tsx'));

interface MessageViewProps {
  readonly row: MessageRow;
  readonly body: MessageBody | undefined;
  readonly error?: WireError | undefined;
  readonly onMailto: (url: string) => void;
  /** Shows only a line of it again; absent for a message that stands alone. */
  readonly onFold?: (() => void) | undefined;
}

/** Not drawn anew because its conversation came, or something of the reader's bar changed. */
export const MessageView = memo(function MessageView(props: MessageViewProps) {
  const { row, body, error, onMailto, onFold } = props;
  const { t, dates } = useWords();
  const { client } = useBackend();
  const [sheet, setSheet] = useState<'travel' | 'source'>();
  const dark = useDark();
  const keepsColours = useQuery('settings.get', {}).data?.originalColours ?? false;
  // What is chosen for one message comes before what is set for all.
  const [chosen, setChosen] = useState<boolean>();
  const original = chosen ?? keepsColours;
  const [adapted, setAdapted] = useState(false);
  const [saved, setSaved] = useState<string>();
  const [failure, setFailure] = useState<WireError>();
  const remote = useRemote(row.ref);
  const close = () => setSheet(undefined);

  function save(): void {
    setFailure(undefined);
    client.call('part.save', { ref: row.ref, partId: 'message' }).then(
      ({ savedAs }) => setSaved(savedAs),
      (reason: unknown) => setFailure(wireErrorOf(reason)),
    );
  }
  function print(): void {
    if (body === undefined) return;
    const head = [
      plainName(row.subject) || t('list.noSubject'),
      ...body.from.map(({ name, address }) => `${name} <${address}>`.trim()),
      `${t('reader.to')}: ${[...body.to, ...body.cc].map(({ name, address }) => name || address).join(', ')}`,
      dates.full(body.sentAt ?? body.receivedAt),
    ];
    printMessage(body, { head, allowed: remote.allowed });
  }
  const icon = { size: 16, strokeWidth: 1.8, 'aria-hidden': true } as const;
  const entries: MenuEntry[] = [
    {
      id: 'travel',
      label: t('reader.travel'),
      icon: <Route {...icon} />,
      onAction: () => setSheet('travel'),
    },
    {
      id: 'source',
      label: t('reader.source'),
      icon: <Code {...icon} />,
      onAction: () => setSheet('source'),
    },
    { id: 'print', label: t('reader.print'), icon: <Printer {...icon} />, onAction: print },
    { id: 'save', label: t('reader.saveMessage'), icon: <Save {...icon} />, onAction: save },
    ...(adapted || (dark && original && body?.html !== undefined)
      ? [
          {
            id: 'colours',
            label: t(original ? 'reader.adaptAgain' : 'reader.original'),
            icon: <Palette {...icon} />,
            onAction: () => setChosen(!original),
          },
        ]
      : []),
  ];
  return (
    <>
      <People row={row} body={body}>
        <MenuButton
          label={t('reader.more')}
          groups={[{ id: 'message', entries }]}
          trigger={
            <IconButton label={t('reader.more')}>
              <Ellipsis size={17} aria-hidden />
            </IconButton>
          }
        />
        {onFold !== undefined && (
          <IconButton label={t('reader.fold')} onPress={onFold}>
            <ChevronUp size={17} aria-hidden />
          </IconButton>
        )}
      </People>
      <p role="status" className={cx(styles.notice)}>
        {saved !== undefined && t('reader.messageSaved', { path: saved })}
      </p>
      {failure !== undefined && <Failure error={failure} />}
      {error !== undefined && body === undefined && <Failure error={error} />}
      {body === undefined && error === undefined && <Waiting />}
      {body !== undefined && (
        <Text
          body={body}
          remote={remote}
          dark={dark && !original}
          onAdapted={setAdapted}
          onMailto={onMailto}
        />
      )}
      <Suspense fallback={null}>
        {sheet === 'travel' && <TravelSheet messageRef={row.ref} onClose={close} />}
        {sheet === 'source' && <SourceSheet messageRef={row.ref} onClose={close} />}
      </Suspense>
    </>
  );
});

/** Nothing moves for the first moments: most bodies are here before a line could be drawn. */
function Waiting() {
  const { t } = useWords();
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setSlow(true), 300);
    return () => window.clearTimeout(timer);
  }, []);
  return slow ? <p className={cx(styles.notice)}>{t('reader.loading')}</p> : null;
}

interface TextProps {
  readonly body: MessageBody;
  readonly remote: ReturnType<typeof useRemote>;
  /** Made fit for dark paper. */
  readonly dark: boolean;
  readonly onAdapted: (adapted: boolean) => void;
  readonly onMailto: (url: string) => void;
}

function Text({ body, remote, dark, onAdapted, onMailto }: TextProps) {
  const { t } = useWords();
  const { openExternal } = useBackend();
  const [beyondCaps, setBeyondCaps] = useState(false);
  const [target, setTarget] = useState<LinkFacts>();
  const [asked, setAsked] = useState<LinkFacts>();
  const { html } = body;
  const showsHtml = html !== undefined && !beyondCaps;
  const listed = body.parts.filter((part) => !part.inline || html === undefined);

  function leave(url: string): void {
    if (url.startsWith('mailto:')) onMailto(url);
    else if (!openExternal(url)) void navigator.clipboard?.writeText(url).catch(() => undefined);
  }
  function open(url: string, text: string): void {
    const facts = judgeLink(text, url);
    if (facts === undefined) return;
    if (facts.warnings.length > 0) setAsked(facts);
    else leave(url);
  }
  const point = (url: string, text: string) =>
    setTarget(url === '' ? undefined : judgeLink(text, url));
  return (
    <>
      <InviteCards messageRef={body.ref} parts={body.parts} />
      {listed.length > 0 && <Attachments messageRef={body.ref} parts={listed} />}
      {showsHtml && <RemoteLine messageRef={body.ref} from={body.from} remote={remote} />}
      {beyondCaps && <p className={cx(styles.notice)}>{t('reader.beyondCaps')}</p>}
      {body.truncated && <p className={cx(styles.notice)}>{t('reader.truncated')}</p>}
      {showsHtml ? (
        <HtmlMessage
          html={html}
          parts={body.parts}
          allowed={remote.allowed}
          dark={dark}
          quoteLabel={t('reader.showQuoted')}
          title={t('reader.frameTitle')}
          onRemote={remote.setFound}
          onBeyondCaps={() => setBeyondCaps(true)}
          onAdapted={onAdapted}
          onLink={open}
          onTarget={point}
        />
      ) : (
        <PlainText
          text={body.text ?? body.htmlText ?? ''}
          emptyWords={t('reader.noText')}
          onLink={open}
          onTarget={point}
        />
      )}
      {target !== undefined && <LinkTarget facts={target} />}
      {asked !== undefined && (
        <Suspense fallback={null}>
          <LinkSheet
            facts={asked}
            onClose={() => setAsked(undefined)}
            onOpen={() => {
              setAsked(undefined);
              leave(asked.url);
            }}
          />
        </Suspense>
      )}
    </>
  );
}
