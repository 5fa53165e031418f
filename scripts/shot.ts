/** One picture: what the fixture engine plays, the window's size, and what is done in it before. */
import type { Page } from 'playwright-core';

export interface Shot {
  readonly name: string;
  readonly query?: string;
  readonly width?: number;
  readonly height?: number;
  readonly scale?: number;
  readonly lang?: string;
  readonly themes?: readonly ('light' | 'dark')[];
  readonly act?: (page: Page) => Promise<void>;
}
