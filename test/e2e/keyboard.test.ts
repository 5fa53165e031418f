/** By keyboard alone, and for those who hear the window: what axe says of every screen. */
import { test } from 'node:test';
import { fillAddAccount, openWorld, seeLock } from './person.ts';
import { assertAccessible } from './support/accessible.ts';

test('axe finds nothing on the way to the inbox', async (t) => {
  const world = await openWorld(t, { gateway: false, tls: 'backend' });
  const { page } = world;
  await page.getByRole('button', { name: 'Add your account' }).waitFor();
  await assertAccessible(page, 'welcome');
  await fillAddAccount(page);
  await seeLock(page, 'Encrypted to localhost');
  await assertAccessible(page, 'main');
});
