/**
 * Imported before the contract: zod then never probes `new Function`, which the app's CSP refuses.
 */
import * as z from 'zod';

z.config({ jitless: true });
