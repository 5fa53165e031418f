/**
 * Every error that may reach a person or cross the contract, in one table.
 * The class map, the message keys (`error.<code>`) and the wire form come from it.
 * `retry` says what helps: nothing, at once, by waiting, or after the person did something.
 */
export const errorCodes = {
  'leg.unreachable': { retry: 'later' },
  'leg.timeout': { retry: 'later' },
  'leg.truncated': { retry: 'later' },
  'leg.protocol': { retry: 'later' },
  'leg.tls-untrusted': { retry: 'after-user-action' },
  'leg.tls-failed': { retry: 'later' },
  'leg.no-encryption': { retry: 'after-user-action' },
  'leg.first-use': { retry: 'after-user-action' },
  'leg.key-changed': { retry: 'after-user-action' },
  'leg.below-floor': { retry: 'after-user-action' },
  'leg.card-invalid': { retry: 'later' },
  'leg.seal-failed': { retry: 'later' },
  'auth.failed': { retry: 'after-user-action' },
  'auth.unsupported': { retry: 'after-user-action' },
  'imap.failed': { retry: 'later' },
  'imap.mailbox-gone': { retry: 'no' },
  'submission.refused': { retry: 'after-user-action' },
  'submission.deferred': { retry: 'later' },
  'submission.unknown': { retry: 'after-user-action' },
  'submission.too-large': { retry: 'after-user-action' },
  'submission.no-recipients': { retry: 'after-user-action' },
  'address.invalid': { retry: 'after-user-action' },
  'account.exists': { retry: 'no' },
  'account.not-found': { retry: 'no' },
  'server.in-use': { retry: 'after-user-action' },
  'mailbox.not-found': { retry: 'no' },
  'message.not-found': { retry: 'no' },
  'message.unreadable': { retry: 'no' },
  'part.not-found': { retry: 'no' },
  'draft.not-found': { retry: 'no' },
  'outbox.not-found': { retry: 'no' },
  'outbox.not-editable': { retry: 'no' },
  'attachment.too-large': { retry: 'after-user-action' },
  'attachment.not-found': { retry: 'no' },
  'transfer.not-found': { retry: 'no' },
  'transfer.source-unreadable': { retry: 'after-user-action' },
  'secret.unavailable': { retry: 'after-user-action' },
  'storage.failed': { retry: 'later' },
  'storage.full': { retry: 'after-user-action' },
  'storage.newer-schema': { retry: 'after-user-action' },
  'storage.in-use': { retry: 'after-user-action' },
  offline: { retry: 'later' },
  cancelled: { retry: 'no' },
  'contract.unknown-method': { retry: 'no' },
  'contract.invalid-input': { retry: 'no' },
  'contract.invalid-output': { retry: 'no' },
  internal: { retry: 'later' },
} as const satisfies Record<string, { retry: Retry }>;

export type Retry = 'no' | 'now' | 'later' | 'after-user-action';
export type ErrorCode = keyof typeof errorCodes;
export const errorCodeList = Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]];
