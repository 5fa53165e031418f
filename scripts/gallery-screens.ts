/**
 * Every screen of the window, once: what is asked of the fixture engine, and what is done before the
 * picture. Acts find controls by the catalogue's words, so that one list serves every language.
 */
import type { Locator, Page } from 'playwright-core';
import { lockState } from '../app/contract/index.ts';
import { tickets } from './shots-composer.ts';

/** Where an act plays. */
export interface Stage {
  readonly page: Page;
  readonly narrow: boolean;
  /** A whole accessible name in the language of the picture; its values may be anything. */
  readonly say: (key: string) => RegExp;
}

export interface Screen {
  readonly name: string;
  readonly query?: string;
  readonly act?: (stage: Stage) => Promise<void>;
}

type Act = (stage: Stage) => Promise<void>;

const pause = ({ page }: Stage, ms = 300) => page.waitForTimeout(ms);
const button = ({ page, say }: Stage, key: string): Locator =>
  page.getByRole('button', { name: say(key) });

const letter =
  (index: number): Act =>
  async (stage) => {
    await stage.page.getByRole('option').nth(index).click();
    await pause(stage);
  };

const letterAbout =
  (subject: RegExp): Act =>
  async (stage) => {
    await stage.page.getByRole('listbox').first().press('End');
    await pause(stage, 200);
    await stage.page.getByRole('option', { name: subject }).first().click();
    await pause(stage, 500);
  };

/** Beside the list where there is room; above it where it is asked for. */
const mailboxes: Act = async (stage) => {
  if (stage.narrow) await button(stage, 'list.showMailboxes').click();
  await pause(stage, 200);
};

const inMailbox =
  (key: string): Act =>
  async (stage) => {
    await mailboxes(stage);
    // How many are unread may follow.
    const name = new RegExp(stage.say(key).source.slice(0, -1));
    await stage.page.getByRole('button', { name }).first().click();
    await pause(stage);
  };

const moreOfLetter =
  (key: string): Act =>
  async (stage) => {
    await button(stage, 'reader.more').last().click();
    await stage.page.getByRole('menuitem', { name: stage.say(key) }).click();
    await pause(stage);
  };

const then =
  (...acts: readonly Act[]): Act =>
  async (stage) => {
    for (const act of acts) await act(stage);
  };

const press =
  (...keys: readonly string[]): Act =>
  async (stage) => {
    for (const key of keys) await stage.page.keyboard.press(key);
    await pause(stage);
  };

const preview = (file: RegExp): Act =>
  then(letterAbout(/Everything for the harbour walk/), async (stage) => {
    await stage.page.getByRole('button', { name: file }).first().click();
    await pause(stage, 1_200);
  });

const fillAccount: Act = async (stage) => {
  const { page, say } = stage;
  await button(stage, 'welcome.add').click();
  await page.getByLabel(say('addAccount.address')).fill('mira@example.org');
  await page.getByLabel(say('addAccount.password')).fill('correct horse');
  await pause(stage);
};

const addAccount: Act = then(fillAccount, async (stage) => {
  // In some languages the welcome behind it has a button of the same name.
  await button(stage, 'addAccount.add').last().click();
  await pause(stage);
});

const find =
  (text: string): Act =>
  async (stage) => {
    await stage.page.keyboard.press('/');
    await stage.page.keyboard.type(text);
    await pause(stage);
  };

const begin: Act = async ({ page, say }) => {
  await page.keyboard.press('c');
  await page.getByLabel(say('composer.to')).fill('Teresa Okafor <teresa@okafor.example>');
  await page.keyboard.press('Enter');
  await page.getByRole('textbox', { name: say('composer.subject') }).fill('Dinner after the walk');
  await page
    .getByRole('textbox', { name: say('composer.text') })
    .click({ position: { x: 40, y: 24 } });
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('Dear Teresa,');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
};

const write: Act = then(begin, async (stage) => {
  const { page } = stage;
  await page.keyboard.type('count me in for dinner, and Anouk too. We take the 9:24 and bring:');
  await page.keyboard.press('Enter');
  await page.keyboard.type('- soup');
  await page.keyboard.press('Enter');
  await page.keyboard.type('a lemon cake');
  await page.locator('input[data-attachments]').setInputFiles(tickets);
  await pause(stage, 900);
});

const settings =
  (section: number): Act =>
  async (stage) => {
    await mailboxes(stage);
    await button(stage, 'sidebar.settings').click();
    await stage.page.getByRole('tab').nth(section).click();
    await stage.page.mouse.move(2, 2);
    await pause(stage, 250);
  };

/** With all that it can show. */
const quietHours: Act = async (stage) => {
  const name = new RegExp(stage.say('settings.quiet').source.slice(0, -1));
  await stage.page.getByRole('switch', { name }).first().press('Space');
  await pause(stage, 250);
};

const lockSheet: Act = then(mailboxes, async (stage) => {
  await stage.page
    .getByRole('button', { name: stage.say('lock.open') })
    .first()
    .click();
  await pause(stage);
});

const importMail: Act = then(settings(1), async (stage) => {
  await button(stage, 'settings.import').click();
  await pause(stage);
});

const account: Act = then(settings(1), async (stage) => {
  await stage.page
    .getByRole('tabpanel')
    .getByRole('button', { name: /^mira@example\.org/ })
    // In some languages the button that moves it begins with its name as well.
    .first()
    .click();
  await pause(stage);
});

const harbour = 'rows=21';
const sections = [
  'general',
  'accounts',
  'appearance',
  'reading',
  'writing',
  'notifications',
  'shortcuts',
  'privacy',
  'advanced',
];

export const screens: readonly Screen[] = [
  { name: 'welcome', query: 'accounts=0' },
  { name: 'welcome-found', query: 'accounts=0&thunderbird' },
  { name: 'add-account', query: 'accounts=0', act: fillAccount },
  {
    name: 'add-account-servers',
    query: 'accounts=0&remembered&note=app-password',
    act: then(fillAccount, async (stage) => {
      await button(stage, 'addAccount.editServers').click();
      await pause(stage);
    }),
  },
  { name: 'add-account-refused', query: 'accounts=0&addErrors=auth.failed', act: addAccount },
  {
    name: 'add-account-untrusted',
    query: 'accounts=0&addErrors=leg.tls-untrusted',
    act: addAccount,
  },

  { name: 'main', act: letter(0) },
  { name: 'main-compact', query: 'density=compact', act: letter(3) },
  { name: 'list' },
  { name: 'mailboxes', act: mailboxes },
  { name: 'mailbox-unread', act: inMailbox('view.unread') },
  { name: '100k', query: 'rows=100000&syncing', act: press('j', 'j') },
  { name: 'empty', query: 'rows=-1' },
  { name: 'error', query: 'listError=storage.failed' },
  { name: 'offline', query: 'lock=offline&accounts=1', act: press('j') },
  { name: 'offline-one', query: 'lock=offline' },
  { name: 'sign-in-refused', query: 'problem=auth.failed', act: mailboxes },
  { name: 'outbox', query: 'outbox&lock=stopped', act: inMailbox('mailbox.outbox') },
  { name: 'drafts', act: inMailbox('mailbox.localDrafts') },

  {
    name: 'picked',
    act: async (stage) => {
      const row = stage.page.getByRole('option');
      await row.nth(1).hover();
      await stage.page.locator('[data-index="1"] [data-tool="pick"]').click();
      await row.nth(3).click({ modifiers: ['Shift'] });
      await pause(stage);
    },
  },
  {
    name: 'row-menu',
    act: async (stage) => {
      await stage.page.getByRole('option').nth(3).click({ button: 'right' });
      await stage.page.keyboard.press('ArrowDown');
      await pause(stage);
    },
  },
  {
    name: 'list-menu',
    act: async (stage) => {
      await button(stage, 'list.options').click();
      await pause(stage);
    },
  },
  {
    name: 'mailbox-menu',
    act: then(mailboxes, async (stage) => {
      await stage.page.getByRole('button', { name: 'Choir' }).click({ button: 'right' });
      await pause(stage);
    }),
  },
  { name: 'undo', act: press('j', 'j', 'e') },
  { name: 'search', act: find('soup') },
  { name: 'search-nothing', act: find('periwinkle') },
  { name: 'move', act: press('j', 'v') },
  { name: 'delete-question', act: then(inMailbox('mailbox.trash'), press('j', '#')) },

  { name: 'conversation', act: letter(2) },
  { name: 'html-mail', query: harbour, act: letterAbout(/Proofs are back/) },
  { name: 'remote-pictures', query: harbour, act: letterAbout(/The autumn programme/) },
  { name: 'attachments', query: harbour, act: letterAbout(/Everything for the harbour walk/) },
  { name: 'preview-picture', query: harbour, act: preview(/lighthouse.*MB|lighthouse/) },
  { name: 'preview-pdf', query: harbour, act: preview(/harbour-route/) },
  { name: 'invite', query: harbour, act: letterAbout(/first rehearsal/) },
  { name: 'travel', query: harbour, act: then(letter(0), moreOfLetter('reader.travel')) },
  { name: 'source', query: harbour, act: then(letter(0), moreOfLetter('reader.source')) },
  {
    name: 'link',
    query: harbour,
    act: then(letterAbout(/Please confirm your account/), async (stage) => {
      await stage.page.frameLocator('iframe').getByRole('link').first().click();
      await pause(stage);
    }),
  },
  {
    name: 'reader-menu',
    act: then(letter(1), async (stage) => {
      await button(stage, 'reader.more').last().click();
      await pause(stage);
    }),
  },

  { name: 'composer-rich', act: write },
  { name: 'composer-plain', query: 'plain', act: begin },
  { name: 'composer-blocked', query: 'lock=stopped', act: write },
  {
    name: 'composer-hint',
    act: then(begin, async (stage) => {
      await stage.page.keyboard.type('the tickets are attached. Die Karten sind im Anhang.');
      await stage.page.keyboard.press('Control+Enter');
      await pause(stage);
    }),
  },
  {
    name: 'composer-options',
    act: then(begin, async (stage) => {
      await button(stage, 'composer.options').click();
      await pause(stage);
    }),
  },
  {
    name: 'composer-later',
    act: then(begin, async (stage) => {
      await button(stage, 'composer.later').click();
      await pause(stage);
    }),
  },
  { name: 'composer-suggestions', act: press('c', 'o') },
  {
    name: 'composer-docked',
    act: then(letter(0), async (stage) => {
      await button(stage, 'reader.reply').first().click();
      await pause(stage, 900);
      await stage.page.keyboard.type('Yes, Saturday is fine.');
      if (stage.narrow) return;
      await button(stage, 'sidebar.compose').click();
      await pause(stage);
    }),
  },

  { name: 'palette', act: press('j', 'Control+k') },
  { name: 'shortcuts', act: press('?') },
  {
    name: 'contacts',
    act: then(mailboxes, async (stage) => {
      await button(stage, 'contacts.open').click();
      await pause(stage);
    }),
  },
  {
    name: 'contacts-person',
    act: then(mailboxes, async (stage) => {
      await button(stage, 'contacts.open').click();
      await stage.page
        .getByRole('button', { name: /Teresa/ })
        .last()
        .click();
      await pause(stage);
    }),
  },

  ...sections.map((name, index) => ({
    name: `settings-${name}`,
    act: name === 'notifications' ? then(settings(index), quietHours) : settings(index),
  })),
  { name: 'settings-account', act: account },
  {
    name: 'settings-identity',
    act: then(account, async (stage) => {
      await stage.page.getByRole('button', { name: /^Mira Lindqvist/ }).click();
      await stage.page.getByRole('tabpanel').getByRole('textbox').last().scrollIntoViewIfNeeded();
      await pause(stage);
    }),
  },
  {
    name: 'settings-erase',
    act: then(settings(7), async (stage) => {
      await button(stage, 'settings.eraseAsk').click();
      await stage.page.getByRole('alert').scrollIntoViewIfNeeded();
      await pause(stage);
    }),
  },
  { name: 'import', query: 'thunderbird', act: importMail },
  { name: 'import-progress', query: 'transfers', act: importMail },

  ...lockState.options.map((state) => ({
    name: `lock-${state}`,
    query: `lock=${state}`,
    act: lockSheet,
  })),
  { name: 'lock-hybrid', query: 'case=hybrid', act: lockSheet },
  { name: 'lock-key-changed', query: 'lock=stopped&case=key-changed', act: lockSheet },
  {
    name: 'lock-intercepted',
    query: 'lock=stopped&case=intercepted-stopped',
    act: lockSheet,
  },
];
