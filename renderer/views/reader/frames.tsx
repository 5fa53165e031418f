/** The window's message frames, for whoever shows a letter. */
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { MessageFrames } from './message-frames.ts';

const FramesContext = createContext<MessageFrames | undefined>(undefined);

export function FramesProvider({ children }: { readonly children: ReactNode }) {
  const [frames] = useState(() => new MessageFrames(document));
  useEffect(() => () => frames.dispose(), [frames]);
  return <FramesContext value={frames}>{children}</FramesContext>;
}

export function useFrames(): MessageFrames {
  const frames = useContext(FramesContext);
  if (frames === undefined) throw new Error('no FramesProvider above');
  return frames;
}

/** The list comes first at the start. */
const startMs = 1_500;

/** Has frames ready for the first letter too. */
export function usePreparedFrames(): void {
  const frames = useFrames();
  useEffect(() => {
    const timer = window.setTimeout(() => frames.prepare(), startMs);
    return () => window.clearTimeout(timer);
  }, [frames]);
}
