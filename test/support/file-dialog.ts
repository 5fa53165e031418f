/**
 * Answers the browser's file dialog for a test, as a person would who chose these files: they come
 * from the disk, by their paths. (Playwright's own way hands a remote browser copies without a path.)
 */
import type { Page } from 'playwright-core';

export interface FileDialogs {
  /** The next dialog ends with these paths; with nothing chosen when there are none. */
  answer(paths: readonly string[]): Promise<void>;
  dispose(): Promise<void>;
}

export async function holdFileDialogs(page: Page): Promise<FileDialogs> {
  const session = await page.context().newCDPSession(page);
  let files: readonly string[] = [];
  session.on('Page.fileChooserOpened', ({ backendNodeId }) => {
    if (backendNodeId === undefined) return;
    void session.send('DOM.setFileInputFiles', { files: [...files], backendNodeId });
  });
  await session.send('Page.enable');
  return {
    async answer(paths) {
      files = paths;
      const cancel = paths.length === 0;
      await session.send('Page.setInterceptFileChooserDialog', { enabled: true, cancel });
    },
    dispose: () => session.detach(),
  };
}
