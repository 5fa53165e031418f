/** Entry of the window: takes the host's transport, loads the words, draws the app. */
import './host/zod-jitless.ts';
import '@fontsource-variable/inter/index.css';
import './theme/tokens.css';
import './theme/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createClient } from './host/client.ts';
import { type Backend, BackendProvider } from './host/hooks.tsx';
import { connectEvents } from './host/invalidation.ts';
import { tellNetwork } from './host/network.ts';
import { QueryCache } from './host/query-cache.ts';
import { type Transport, takeHostTransport } from './host/transport.ts';
import { loadCatalog, localeFor } from './i18n/locale.ts';
import { isOpenable } from './mail/linkify.ts';
import { App } from './views/App.tsx';
import { LanguageRoot } from './views/LanguageRoot.tsx';

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

/** What the system is set to; a picture may ask for another one. */
function systemLanguages(): string[] {
  const asked = new URLSearchParams(location.search).get('lang');
  return [...(asked === null ? [] : [asked]), ...navigator.languages];
}

async function start(root: HTMLElement): Promise<void> {
  const transport = takeHostTransport(window);
  const system = systemLanguages();
  if (transport === undefined) {
    root.textContent = (await loadCatalog(localeFor('system', system).language))[
      'app.noHost'
    ].message;
    return;
  }
  createRoot(root).render(
    <StrictMode>
      <BackendProvider value={createBackend(transport)}>
        <LanguageRoot system={system}>
          <App />
        </LanguageRoot>
      </BackendProvider>
    </StrictMode>,
  );
}

const root = document.getElementById('root');
if (root !== null) void start(root);
