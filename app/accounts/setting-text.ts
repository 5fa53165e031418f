/**
 * Settings as the text that a column holds. Each is read by itself: what no longer has a meaning is
 * as if it were not set, and takes nothing else with it.
 */
import { defaultSettings, type Settings, settings } from '../contract/index.ts';

export function settingText(value: Settings[keyof Settings]): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function readSettings(stored: ReadonlyMap<string, string>): Settings {
  const read: Record<string, unknown> = {};
  for (const [name, shape] of Object.entries(settings.shape)) {
    const text = stored.get(name);
    if (text === undefined) continue;
    const parsed = [text, fromJson(text)].map((value) => shape.safeParse(value));
    const good = parsed.find(({ success }) => success);
    if (good !== undefined) read[name] = good.data;
  }
  return settings.parse({ ...defaultSettings, ...read });
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
