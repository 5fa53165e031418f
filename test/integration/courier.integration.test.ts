import { courierMissing, startCourier } from '../support/servers/courier.ts';
import { testServer } from './support/server-scenario.ts';

testServer('Courier', startCourier, courierMissing());
