/** Words of a catalogue as they stand there, values and all: pictures find controls by them. */
import { readFile } from 'node:fs/promises';

/**
 * @param language of a file in `assets/locales`
 * @returns gives the message of a key; throws for one that the catalogue does not have
 */
export async function readCatalogue(language: string): Promise<(key: string) => string> {
  const file = new URL(`../assets/locales/${language}.json`, import.meta.url);
  const entries: Record<string, { readonly message: string }> = JSON.parse(
    await readFile(file, 'utf8'),
  );
  return (key) => {
    const entry = entries[key];
    if (entry === undefined) throw new Error(`No words in ${language}: ${key}`);
    return entry.message;
  };
}
