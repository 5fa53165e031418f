/** Entry of the window: takes the host's transport, loads the words, draws the app. */
import './host/zod-jitless.ts';
import '@fontsource-variable/inter/index.css';
import './theme/tokens.css';
import './theme/base.css';
import { StrictMode } from 'react';
import { I18nProvider } from 'react-aria-components/I18nProvider';
import { createRoot } from 'react-dom/client';
import { createClient } from './host/client.ts';
import { type Backend, BackendProvider } from './host/hooks.tsx';
import { connectEvents } from './host/invalidation.ts';
import { tellNetwork } from './host/network.ts';
import { QueryCache } from './host/query-cache.ts';
import { type Transport, takeHostTransport } from './host/transport.ts';
import { WordsProvider } from './i18n/I18n.tsx';
import { loadCatalog, pickLocale } from './i18n/locale.ts';
import { isOpenable } from './mail/linkify.ts';
import { App } from './views/App.tsx';

function createBackend(transport: Transport): Backend {
  const client = createClient(transport);
  const cache = new QueryCache(client.call);
  connectEvents(client, cache);
  tellNetwork(window, client);
  return {
    client,
    cache,
    openExternal(url) {
      if (transport.openExternal === undefined || !isOpenable(url)) return false;
      transport.openExternal(url);
      return true;
    },
  };
}

async function start(root: HTMLElement): Promise<void> {
  const transport = takeHostTransport(window);
  const asked = new URLSearchParams(location.search).get('lang');
  const { language, locale } = pickLocale([
    ...(asked === null ? [] : [asked]),
    ...navigator.languages,
  ]);
  const catalog = await loadCatalog(language);
  document.documentElement.lang = locale;
  if (transport === undefined) {
    root.textContent = catalog['app.noHost'].message;
    return;
  }
  createRoot(root).render(
    <StrictMode>
      <WordsProvider catalog={catalog} locale={locale}>
        <I18nProvider locale={locale}>
          <BackendProvider value={createBackend(transport)}>
            <App />
          </BackendProvider>
        </I18nProvider>
      </WordsProvider>
    </StrictMode>,
  );
}

const root = document.getElementById('root');
if (root !== null) void start(root);
