/** Going from letter to letter in the real window: frames wait for letters, and none shows two. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { CDPSession, Frame, Page } from 'playwright-core';
import { defaultUser } from '../support/servers/stack.ts';
import { fillAddAccount, messageRow, openWorld, patienceMs, seeLock } from './person.ts';

const letters = 60;
const wordOf = (index: number) => `letter-${String(index).padStart(2, '0')}`;
/** Two wait, one is shown. */
const mostFrames = 3;

async function openMailbox(t: TestContext): Promise<Page> {
  const { page, stack } = await openWorld(t, { gateway: false, tls: 'backend' });
  await stack.dovecot.appendAll(
    defaultUser.user,
    Array.from({ length: letters }, (_, index) => ({
      raw: [
        'From: Somebody <somebody@elsewhere.test>',
        `To: ${defaultUser.user}`,
        `Subject: ${wordOf(index)}`,
        'MIME-Version: 1.0',
        'Content-Type: text/html; charset=utf-8',
        '',
        `<style>p{color:#0a0a${10 + index}}</style><p id="once">${wordOf(index)}</p>`,
        '',
      ].join('\r\n'),
      options: { receivedAt: new Date(Date.UTC(2026, 10, 25, 12, 0, -index)) },
    })),
  );
  await fillAddAccount(page);
  await seeLock(page, 'Encrypted to localhost');
  await messageRow(page, wordOf(0)).waitFor();
  return page;
}

interface Frames {
  readonly shown: readonly Frame[];
  readonly waiting: readonly Frame[];
}

async function framesOf(page: Page): Promise<Frames> {
  const shown: Frame[] = [];
  const waiting: Frame[] = [];
  for (const frame of page.frames()) {
    if (frame === page.mainFrame()) continue;
    const element = await frame.frameElement().catch(() => undefined);
    // Gone meanwhile.
    if (element === undefined) continue;
    const title = await element.getAttribute('title').catch(() => undefined);
    // Or the node would be held, and counted below.
    await element.dispose();
    (title === 'Message text' ? shown : waiting).push(frame);
  }
  return { shown, waiting };
}

/** As many frames wait as ever do, all loaded. */
async function untilWaiting(page: Page): Promise<readonly Frame[]> {
  const end = Date.now() + patienceMs;
  for (;;) {
    const { waiting } = await framesOf(page);
    const isReady = waiting.every((frame) => frame.url().endsWith('/message-frame.html'));
    if (waiting.length === mostFrames - 1 && isReady) return waiting;
    assert.ok(Date.now() < end, `${waiting.length} frames wait`);
    await page.waitForTimeout(50);
  }
}

/** What stands in the reader: the letter's word, and all that the frame's document has. */
async function shown(page: Page, word: string): Promise<string[]> {
  await page.getByRole('heading', { name: word, exact: true }).waitFor();
  await page.waitForFunction(
    (wanted) =>
      document.querySelector('iframe')?.contentDocument?.body.textContent?.includes(wanted),
    word,
  );
  return page.evaluate(() => {
    const inner = document.querySelector('iframe')?.contentDocument;
    const texts = [...(inner?.querySelectorAll('#once') ?? [])].map((one) => one.textContent ?? '');
    return [...texts, `${inner?.querySelectorAll('style').length} sheets`];
  });
}

async function counted(session: CDPSession): Promise<{ documents: number; nodes: number }> {
  for (let round = 0; round < 3; round += 1) await session.send('HeapProfiler.collectGarbage');
  const { documents, nodes } = await session.send('Memory.getDOMCounters');
  return { documents, nodes };
}

test('letters one after the other', async (t) => {
  const page = await openMailbox(t);
  await messageRow(page, wordOf(0)).click();
  await shown(page, wordOf(0));

  await t.test('a frame that waited is used for one letter and never again', async () => {
    const used = new Set<Frame>();
    for (let index = 1; index <= 6; index += 1) {
      const waiting = await untilWaiting(page);
      for (const frame of waiting) {
        assert.equal(used.has(frame), false);
        assert.equal(await frame.locator('body > *').count(), 0);
        assert.equal((await frame.locator('body').textContent())?.trim(), '');
      }
      await page.keyboard.press('j');
      // The head's own sheet and the letter's: nothing of the one before.
      assert.deepEqual(await shown(page, wordOf(index)), [wordOf(index), '2 sheets']);
      const [now, ...others] = (await framesOf(page)).shown;
      assert.deepEqual(others, []);
      assert.ok(now !== undefined && waiting.includes(now), 'it had waited');
      used.add(now);
    }
  });

  await t.test('fifty steps in a hurry end on the right letter, and nothing piles up', async () => {
    const session = await page.context().newCDPSession(page);
    const steps = 50;
    const go = async (key: 'j' | 'k', end: string) => {
      for (let step = 0; step < steps; step += 1) await page.keyboard.press(key);
      assert.deepEqual(await shown(page, end), [end, '2 sheets']);
      await untilWaiting(page);
    };
    const rounds: { documents: number; nodes: number }[] = [];
    for (let round = 0; round < 5; round += 1) {
      await go('j', wordOf(6 + steps));
      await go('k', wordOf(6));
      rounds.push(await counted(session));
    }
    t.diagnostic(JSON.stringify(rounds));
    assert.ok(page.frames().length <= 1 + mostFrames);
    const [first, , , , last] = rounds;
    assert.ok(first !== undefined && last !== undefined);
    // Four hundred letters later: one that stayed behind at each would show.
    assert.ok(last.documents <= first.documents + mostFrames);
    assert.ok(last.nodes <= first.nodes + 8 * steps);
  });
});
