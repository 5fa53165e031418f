/**
 * Shapes that cross the contract, with their limits. Derived types are the only DTO types.
 * Times are ISO 8601 strings in UTC; sizes are bytes; ids are opaque to the renderer.
 */
export * from './schemas/accounts.ts';
export * from './schemas/base.ts';
export * from './schemas/compose.ts';
export * from './schemas/mail.ts';
export * from './schemas/notify.ts';
export * from './schemas/people.ts';
export * from './schemas/settings.ts';
export * from './schemas/transfer.ts';
