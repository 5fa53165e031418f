/** The contract between engine and renderer: the only folder of `app` that the renderer imports. */
export * from './contract.ts';
export * from './error-codes.ts';
export * from './frames.ts';
export * from './schemas.ts';
