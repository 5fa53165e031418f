/** What of a message lies elsewhere, and which of it may be shown. */
import { useMemo, useState } from 'react';
import type { MessageRef, RemoteAnswer } from '../../../app/contract/index.ts';
import { useQuery } from '../../host/hooks.tsx';
import type { AllowedPictures, FoundRemote } from '../../mail/remote-pictures.ts';

export interface RemoteState {
  /** Pictures that could be loaded, without those that name the reader. */
  readonly pictureCount: number;
  readonly trackerCount: number;
  readonly otherCount: number;
  /** The settings say never: nothing is asked for, nothing is offered. */
  readonly isOff: boolean;
  readonly answer: RemoteAnswer | undefined;
  readonly allowed: AllowedPictures;
  readonly setFound: (found: FoundRemote) => void;
}

const none: AllowedPictures = new Map();

export function useRemote(ref: MessageRef): RemoteState {
  const [found, setFound] = useState<FoundRemote>();
  const urls = found?.pictures ?? [];
  const setting = useQuery('settings.get', {}).data?.remoteContent;
  const answer = useQuery(
    'remote.resolve',
    // Until the settings are known, as if they said never.
    urls.length === 0 || setting !== 'ask' ? undefined : { ref, urls: [...urls] },
  ).data;
  const links = answer?.links;
  const allowed = useMemo(
    () =>
      links === undefined || links.length === 0
        ? none
        : new Map(links.map(({ url, path }) => [url, path])),
    [links],
  );
  const personal = answer?.personal ?? [];
  return {
    pictureCount: urls.length - personal.length,
    trackerCount: new Set([...(found?.trackers ?? []), ...personal]).size,
    otherCount: found?.others ?? 0,
    isOff: setting === 'never',
    answer,
    allowed,
    setFound,
  };
}
