/**
 * Thunderbird on the same mail, as Debian has it: the mailbox is a local folder, so that no network
 * slows it down. Its own remote protocol (Marionette) tells when the rows of the list are there.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeMessages } from '../test/support/bench-mail/messages.ts';
import { endChild, endWithParent, freePorts } from '../test/support/servers/processes.ts';
import { openDisplay } from '../test/support/xvfb.ts';
import { spread } from './bench-ui-window.ts';

const program = '/usr/bin/thunderbird';
const startRuns = 5;
const patienceMs = 900_000;

const quietPrefs: Readonly<Record<string, string | number | boolean>> = {
  'mail.accountmanager.accounts': 'account1',
  'mail.accountmanager.localfoldersserver': 'server1',
  'mail.account.account1.server': 'server1',
  'mail.server.server1.type': 'none',
  'mail.server.server1.hostname': 'Local Folders',
  'mail.server.server1.userName': 'nobody',
  'mail.server.server1.name': 'Local Folders',
  'mail.server.server1.directory-rel': '[ProfD]Mail/Local Folders',
  'mail.server.server1.storeContractID': '@mozilla.org/msgstore/berkeleystore;1',
  'mailnews.start_page.enabled': false,
  'mail.provider.suppress_dialog_on_startup': true,
  'mail.spotlight.firstRunDone': true,
  'mail.winsearch.firstRunDone': true,
  'mail.rights.version': 1,
  'app.donation.eoy.version.viewed': 99,
  'app.update.enabled': false,
  'browser.shell.checkDefaultMail': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'mailnews.database.global.indexer.enabled': false,
  'marionette.enabled': true,
};

async function writeProfile(dir: string, plan: { count: number; seed: number }): Promise<void> {
  const folder = join(dir, 'Mail', 'Local Folders');
  mkdirSync(folder, { recursive: true });
  const file = createWriteStream(join(folder, 'Inbox'));
  for (const { raw, flags, receivedAt } of makeMessages(plan.count, plan.seed)) {
    const status = flags.includes('\\Seen') ? '0001' : '0000';
    const head = `From - ${receivedAt.toUTCString()}\r\nX-Mozilla-Status: ${status}\r\n`;
    const body = raw.toString('latin1').replace(/^(>*From )/gm, '>$1');
    if (!file.write(`${head}X-Mozilla-Status2: 00000000\r\n${body}\r\n\r\n`, 'latin1'))
      await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}

function writePrefs(dir: string, port: number): void {
  const prefs = { ...quietPrefs, 'marionette.port': port };
  const lines = Object.entries(prefs).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
  );
  writeFileSync(join(dir, 'user.js'), `${lines.join('\n')}\n`);
}

/** `<length>:<JSON>` both ways; calls are `[0, id, name, params]`, answers `[1, id, error, result]`. */
class Marionette {
  readonly #socket: Socket;
  #buffer = Buffer.alloc(0);
  #waiting: ((message: unknown) => void) | undefined;
  #id = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#buffer = Buffer.concat([this.#buffer, chunk]);
      this.#read();
    });
  }

  static async open(port: number): Promise<Marionette> {
    const deadline = Date.now() + 60_000;
    while (Date.now() < deadline) {
      const socket = connect(port, '127.0.0.1');
      const marionette = new Marionette(socket);
      const hello = new Promise<boolean>((resolve) => {
        marionette.#waiting = () => resolve(true);
        socket.once('error', () => resolve(false));
      });
      if (await hello) {
        await marionette.call('WebDriver:NewSession', {});
        await marionette.call('Marionette:SetContext', { value: 'chrome' });
        return marionette;
      }
      await sleep(20);
    }
    throw new Error('Thunderbird does not answer');
  }

  #read(): void {
    const colon = this.#buffer.indexOf(':');
    const length = Number(this.#buffer.subarray(0, colon).toString());
    if (colon < 0 || this.#buffer.length < colon + 1 + length) return;
    const text = this.#buffer.subarray(colon + 1, colon + 1 + length).toString();
    this.#buffer = this.#buffer.subarray(colon + 1 + length);
    this.#waiting?.(JSON.parse(text));
  }

  async call(name: string, params: unknown): Promise<unknown> {
    const answer = new Promise<unknown>((resolve) => {
      this.#waiting = resolve;
    });
    this.#id += 1;
    const json = JSON.stringify([0, this.#id, name, params]);
    this.#socket.write(`${Buffer.byteLength(json)}:${json}`);
    const message = await answer;
    const [, , error, result]: unknown[] = Array.isArray(message) ? message : [];
    if (error !== null && error !== undefined) throw new Error(JSON.stringify(error).slice(0, 400));
    return result;
  }

  /** What a script of the privileged window returns. */
  async run(script: string): Promise<unknown> {
    const result = await this.call('WebDriver:ExecuteScript', { script, args: [] });
    return typeof result === 'object' && result !== null ? Reflect.get(result, 'value') : undefined;
  }

  close(): void {
    this.#socket.destroy();
  }
}

/**
 * Opens the folder as soon as the window can (it does not do that by itself on every start), and tells
 * how many rows of the list have words and how many messages the folder has.
 */
const rowsScript = `
  const pane = document.getElementById('tabmail')?.currentAbout3Pane;
  const { MailServices } = ChromeUtils.importESModule('resource:///modules/MailServices.sys.mjs');
  const inbox = MailServices.accounts.localFoldersServer.rootFolder.getChildNamed('Inbox');
  if (pane?.displayFolder && pane.gFolder?.URI !== inbox.URI) pane.displayFolder(inbox.URI);
  const rows = pane?.threadTree?.querySelectorAll('tr[is]') ?? [];
  const words = [...rows].filter((row) => row.textContent.trim() !== '').length;
  return { words, total: pane?.gFolder?.getTotalMessages(false) ?? 0, now: Date.now() };
`;

interface Started {
  readonly child: ChildProcess;
  readonly marionette: Marionette;
  readonly spawnedAt: number;
}

async function start(dir: string, display: string): Promise<Started> {
  const [port = 0] = await freePorts(1);
  writePrefs(dir, port);
  const spawnedAt = Date.now();
  const child = spawn(
    program,
    ['--profile', dir, '--no-remote', '-marionette', '-remote-allow-system-access'],
    { stdio: 'ignore', env: { ...process.env, DISPLAY: display, HOME: dir } },
  );
  endWithParent(child);
  return { child, marionette: await Marionette.open(port), spawnedAt };
}

/** Milliseconds from the spawn until the list has rows with words. */
async function untilRows({ marionette, spawnedAt }: Started, total: number): Promise<number> {
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline) {
    const seen = await marionette.run(rowsScript).catch(() => undefined);
    if (typeof seen === 'object' && seen !== null) {
      const rows = Number(Reflect.get(seen, 'total'));
      if (Number(Reflect.get(seen, 'words')) >= 10 && rows >= total)
        return Number(Reflect.get(seen, 'now')) - spawnedAt;
    }
    await sleep(10);
  }
  throw new Error('Thunderbird shows no rows');
}

async function quit({ child, marionette }: Started): Promise<void> {
  const gone = once(child, 'exit');
  await marionette.call('Marionette:Quit', { flags: ['eAttemptQuit'] }).catch(() => undefined);
  marionette.close();
  const timer = setTimeout(() => void endChild(child), 20_000);
  await gone;
  clearTimeout(timer);
}

/** Warm starts to a list with rows; the folder's index was made by a start before. */
export async function measureThunderbird(dir: string, plan: { count: number; seed: number }) {
  if (!existsSync(program)) return { failed: 'thunderbird is not installed' };
  const display = await openDisplay();
  try {
    if (!existsSync(join(dir, 'Mail'))) {
      await writeProfile(dir, plan).catch((error) => {
        rmSync(dir, { recursive: true, force: true });
        throw error;
      });
      const first = await start(dir, display.name);
      await untilRows(first, plan.count);
      await sleep(5_000);
      await quit(first);
    }
    const times: number[] = [];
    for (let run = 0; run <= startRuns; run += 1) {
      const started = await start(dir, display.name);
      const ms = await untilRows(started, plan.count);
      if (run > 0) times.push(ms);
      await quit(started);
    }
    return { usableMs: spread(times) };
  } finally {
    await display.close();
  }
}
