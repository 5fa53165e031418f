/**
 * Has axe judge what the window shows now. axe is put into an isolated world by the debugging
 * protocol: the window's own policy refuses script tags, and its page never sees axe.
 * Not judged: what stands inside a message's frame, which is its sender's; the frame itself is.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AxeResults, ImpactValue, Result, RunOptions } from 'axe-core';
import type { CDPSession, Page } from 'playwright-core';

const axeSource = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** WCAG 2.2 at level AA, and what axe calls good practice. */
const options: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  resultTypes: ['violations'],
  iframes: false,
  // Would fetch style sheets, which the window's policy refuses.
  preload: false,
};

/**
 * Colours of a sheet that is still fading in are nobody's: what moves and ends is waited for, and
 * looked for again a frame later, since what comes late may begin anew.
 */
const settled = `(async () => {
  const moving = () => document.getAnimations()
    .filter((one) => one.playState !== 'finished' && one.effect?.getComputedTiming().endTime !== Infinity);
  const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  do {
    await Promise.allSettled(moving().map((one) => one.finished));
    await frame();
  } while (moving().length > 0);
})()`;

export interface Flaw {
  readonly rule: string;
  readonly impact: ImpactValue;
  readonly help: string;
  /** Each element as axe found it, with why. */
  readonly where: readonly string[];
}

/** @returns all that axe finds, of every impact; empty when it finds nothing */
export async function findFlaws(page: Page): Promise<readonly Flaw[]> {
  const session = await page.context().newCDPSession(page);
  try {
    const { frameTree } = await session.send('Page.getFrameTree');
    const { executionContextId } = await session.send('Page.createIsolatedWorld', {
      frameId: frameTree.frame.id,
      worldName: 'axe',
    });
    const run = (expression: string) => evaluate(session, executionContextId, expression);
    await run(settled);
    await run(`${axeSource};0`);
    const text = await run(
      `axe.run(document, ${JSON.stringify(options)}).then((found) => JSON.stringify(found))`,
    );
    const { violations }: Pick<AxeResults, 'violations'> = JSON.parse(String(text));
    return violations
      .map(withoutRows)
      .filter(({ nodes }) => nodes.length > 0)
      .map(flawOf);
  } finally {
    await session.detach();
  }
}

/**
 * Fails when axe finds anything in the window as it is now, whatever its impact.
 * @param name of the screen, for the message
 */
export async function assertAccessible(page: Page, name: string): Promise<void> {
  const flaws = await findFlaws(page);
  const lines = flaws.map(
    ({ rule, impact, help, where }) => `${impact} ${rule}: ${help}\n  ${where.join('\n  ')}`,
  );
  assert.equal(flaws.length, 0, `${name}: axe found\n${lines.join('\n')}`);
}

async function evaluate(session: CDPSession, contextId: number, expression: string) {
  const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
    expression,
    contextId,
    awaitPromise: true,
    returnByValue: true,
  });
  if (exceptionDetails !== undefined) {
    throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  }
  const value: unknown = result.value;
  return value;
}

/**
 * A row of a list is read, not pressed by its words: its name says its parts in the order of use and
 * leaves out the first words of the text, which stand in it too. Buttons have no such leave.
 */
function withoutRows(found: Result): Result {
  if (found.id !== 'label-content-name-mismatch') return found;
  return {
    ...found,
    nodes: found.nodes.filter(({ html }) => !/^<div [^>]*role="option"/.test(html)),
  };
}

function flawOf({ id, impact, help, nodes }: Result): Flaw {
  return {
    rule: id,
    impact: impact ?? null,
    help,
    where: nodes.map(({ html, failureSummary }) => {
      const why = (failureSummary ?? '').replace(/\s+/g, ' ');
      return `${html.slice(0, 200)} · ${why}`;
    }),
  };
}
