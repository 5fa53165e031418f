/** People whom the typed letters may mean, from the mail and the address book. */
import { useEffect, useRef } from 'react';
import { limits, type SuggestionDto } from '../../../app/contract/index.ts';
import { useQuery } from '../../host/hooks.tsx';

const fewestLetters = 2;
/** Each stands there twice, and below all else. */
const shown = 4;

/** Those of the last answer stay until the next one is here, so that the list stands still. */
export function usePeople(query: string): readonly SuggestionDto[] {
  const isAsked = [...query].length >= fewestLetters;
  const { data } = useQuery(
    'contact.suggest',
    isAsked ? { text: query.slice(0, limits.addressLength), limit: shown } : undefined,
  );
  const known = useRef<readonly SuggestionDto[]>([]);
  useEffect(() => {
    if (!isAsked) known.current = [];
    else if (data !== undefined) known.current = data;
  }, [isAsked, data]);
  return isAsked ? (data ?? known.current) : [];
}
