/** Import and export. */
import * as z from 'zod';
import * as s from '../schemas.ts';
import { byAccount, type MethodShapes, nothing } from './inputs.ts';

const byTransfer = z.object({ transferId: z.string().max(64) });

export const transferMethods = {
  /**
   * The host's dialog: files (mbox, .eml), or one folder (Maildir, .eml, mail of Thunderbird). The
   * window gets names for what was chosen and cannot name a path by itself.
   */
  'transfer.choose': {
    input: z.object({ what: z.enum(['files', 'folder']) }),
    output: z.object({
      sources: z.array(s.chosenSource).max(200),
      /** Names of those in which no mail was found. */
      refused: z.array(z.string()).max(200),
    }),
  },
  /** Uploads mail from files into a mailbox of the account; goes on after a restart. */
  'transfer.import': {
    input: byAccount.extend({ sourceId: s.sourceId, target: s.transferTarget }),
    output: s.transfer,
  },
  'transfer.list': { input: nothing, output: z.array(s.transfer) },
  'transfer.pause': { input: byTransfer, output: s.transfer },
  /** Goes on with what is paused or stopped. */
  'transfer.resume': { input: byTransfer, output: s.transfer },
  /** What was uploaded stays. Takes a transfer that is over off the list. */
  'transfer.cancel': { input: byTransfer, output: nothing },
  /** Writes where the host's person wants it; never over an existing file. */
  'transfer.export': {
    input: z.object({
      messages: z.union([
        z.object({ mailboxId: s.mailboxId }),
        z.object({ refs: z.array(s.messageRef).min(1).max(10_000) }),
      ]),
      format: z.enum(['mbox', 'eml']),
    }),
    output: z.object({
      /** Absent when the person chose no place. */
      savedAs: z.string().optional(),
      written: z.int().nonnegative(),
      /** Gone meanwhile, or larger than what can be read here. */
      failed: z.int().nonnegative(),
    }),
  },
  /** Profiles of Thunderbird in the usual places of this computer. Passwords are not read. */
  'thunderbird.find': {
    input: nothing,
    output: z.object({ profiles: z.array(s.thunderbirdProfile).max(20) }),
  },
} as const satisfies MethodShapes;
