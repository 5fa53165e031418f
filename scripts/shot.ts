/** One picture: what the fixture engine shows, and what is done before it is taken. */
import type { Page } from 'playwright-core';

export interface Shot {
  readonly name: string;
  readonly query?: string;
  readonly width?: number;
  readonly height?: number;
  readonly scale?: number;
  readonly lang?: string;
  readonly themes?: readonly ('light' | 'dark')[];
  readonly contrast?: 'more' | 'no-preference';
  readonly forcedColors?: 'active' | 'none';
  readonly act?: (page: Page) => Promise<void>;
}
