/** Every limit of reading a message, in one place: a message is whatever a stranger sends. */
export const mimeLimits = {
  /** Larger messages are not fetched or parsed. */
  messageSizeBytes: 60 * 1024 * 1024,
  /** All header lines of all parts together. */
  headersSizeBytes: 1024 * 1024,
  nestingDepth: 60,
  /** A message within a message within … */
  embeddedDepth: 5,
  /** Parts of one message; what comes after is not looked at. */
  parts: 1_000,
  /** Lines that start with two dashes, whatever they mean. */
  dashLines: 50_000,
  references: 200,
  fileNameLength: 150,
  snippetLength: 200,
  /** What search reads of one message, in UTF-16 units. */
  indexTextLength: 500_000,
  /** How much of a text the snippet looks at. */
  snippetInputLength: 20_000,
} as const;
