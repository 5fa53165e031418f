import { cyrusMissing, startCyrus } from '../support/servers/cyrus.ts';
import { testServer } from './support/server-scenario.ts';

testServer('Cyrus', startCyrus, cyrusMissing());
