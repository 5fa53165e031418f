/** What an engine's process starts with. */
import * as z from 'zod';

export const childSettings = z.object({
  profileDir: z.string(),
  /** What the person chooses in the dialog for files: all that lies there. */
  importsDir: z.string(),
  trustAnchors: z.array(z.string()),
});
export type ChildSettings = z.infer<typeof childSettings>;
