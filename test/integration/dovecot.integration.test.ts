import { startDovecot } from '../support/servers/dovecot.ts';
import { testServer } from './support/server-scenario.ts';

testServer('Dovecot', startDovecot, false);
