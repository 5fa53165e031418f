/** The file dialog of the Chromium host: paths come from the person's choice and from nowhere else. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { folderOf } from '../../../main/chromium/file-picker.ts';
import { type LaunchedWindow, launchWindow } from '../../support/chromium-window.ts';
import { type FileDialogs, holdFileDialogs } from '../../support/file-dialog.ts';

const entry = fileURLToPath(new URL('../../support/tiny-host.ts', import.meta.url));
let dir: string;
let window: LaunchedWindow;
let dialogs: FileDialogs;
let times = 0;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'letterlock-picker-'));
  window = await launchWindow({ profileDir: join(dir, 'profile'), entry });
  dialogs = await holdFileDialogs(window.page);
});
after(async () => {
  await window?.close();
  await rm(dir, { recursive: true, force: true });
});

const patienceMs = 20_000;

/** Has the host open its dialog, which ends with these paths; what the host made of them. */
async function choose(what: 'files' | 'folder', paths: readonly string[]): Promise<unknown> {
  await dialogs.answer(paths);
  await window.page.evaluate(
    (json) =>
      (
        window as unknown as { letterlockHost: { postFrame(json: string): void } }
      ).letterlockHost.postFrame(json),
    JSON.stringify({ choose: what }),
  );
  times += 1;
  const lines = () => [...window.output().matchAll(/^chosen (.*)$/gm)];
  for (let waited = 0; waited < patienceMs && lines().length < times; waited += 50) await sleep(50);
  assert.equal(lines().length, times, window.output());
  return JSON.parse(lines().at(-1)?.[1] ?? '');
}

test('tells the paths of the files that were chosen, and nothing when the dialog is closed', async () => {
  const files = [join(dir, 'old mail.mbox'), join(dir, 'brief.eml')];
  for (const file of files) await writeFile(file, 'x');
  assert.deepEqual(await choose('files', files), files);
  assert.deepEqual(await choose('files', []), []);
});

test('of a folder it tells the folder', async () => {
  const mail = join(dir, 'Maildir');
  await mkdir(join(mail, 'cur'), { recursive: true });
  await writeFile(join(mail, 'cur/1.x:2,S'), 'x');
  assert.deepEqual(await choose('folder', [mail]), [mail]);
});

test('the page sees neither the field nor what was chosen', async () => {
  await window.page.evaluate(() => {
    const found: string[] = [];
    Reflect.set(globalThis, 'found', found);
    const create = Document.prototype.createElement;
    Document.prototype.createElement = function (this: Document, ...given: [string]) {
      found.push(given[0]);
      return Reflect.apply(create, this, given);
    } as typeof create;
    HTMLInputElement.prototype.click = () => found.push('click');
    addEventListener('change', () => found.push('change'), true);
  });
  const file = join(dir, 'brief.eml');
  assert.deepEqual(await choose('files', [file]), [file]);
  assert.deepEqual(await window.page.evaluate(() => Reflect.get(globalThis, 'found')), []);
});

test('a folder is found above a file by the path within it', () => {
  assert.equal(folderOf('/a/b/Mail/cur/1', 'Mail/cur/1'), '/a/b/Mail');
  assert.equal(folderOf('/a/b/one.eml', ''), '/a/b/one.eml');
  assert.equal(folderOf('/a/b/one.eml', 'Other/two.eml'), '/a/b/one.eml');
});
