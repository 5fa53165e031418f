/** Answers about the program itself: its host, its settings, its log, what it tells the person of. */
import type { EngineParts } from './engine-parts.ts';
import type { EngineOptions, MethodHandlers } from './engine-types.ts';
import { logTail } from './log-tail.ts';

type HostHandlers = Pick<
  MethodHandlers,
  Extract<
    keyof MethodHandlers,
    `${'app' | 'settings' | 'network' | 'notification' | 'log'}.${string}`
  >
>;

export function hostHandlers({ host }: EngineOptions, parts: EngineParts): HostHandlers {
  const { bus, mail, notifier, stores } = parts;
  return {
    'app.info': () => ({
      version: host.version,
      host: host.kind,
      capabilities: [...host.capabilities],
      secretStorage: host.secretStorage,
    }),
    'app.focus': ({ focused }) => {
      notifier.setFocused(focused);
      return {};
    },
    'app.badge': async ({ count }) => {
      await host.setBadge?.(count);
      return {};
    },
    'app.erase': async () => {
      await host.eraseProfile?.();
      return {};
    },
    'settings.get': () => stores.state.settings(),
    'settings.set': (input) => {
      const settings = stores.state.setSettings(input);
      if (input.bodiesDays !== undefined) mail.settingsChanged();
      return settings;
    },
    'network.changed': () => {
      mail.networkChanged();
      return {};
    },
    'notification.show': async (notification) => ({
      shown: (await host.notify?.(notification)) ?? false,
    }),
    'notification.clicked': ({ notificationId }) => {
      bus.emit('notification.opened', { notificationId });
      return {};
    },
    'log.tail': async ({ lines }) => {
      const path = host.logPath;
      return path === undefined ? { lines: [] } : { path, lines: await logTail(path, lines) };
    },
  };
}
