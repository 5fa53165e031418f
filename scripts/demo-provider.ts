/** The demo's mail provider: real servers on loopback behind the gateway, with a mailbox full of made-up mail. */
import {
  arrivalCount,
  arrivingMessage,
  demoMessages,
  demoPerson,
} from '../test/support/demo-mail/index.ts';
import { type Stack, startStack } from '../test/support/servers/stack.ts';

export const demoUser = { user: demoPerson.address, password: 'paper boats' } as const;

export interface DemoProvider {
  readonly stack: Stack;
  /** From now on a new message comes every now and then, until all have come. */
  startArrivals(everyMs: number): void;
  stop(): Promise<void>;
}

async function fillMailbox(stack: Stack): Promise<void> {
  const messages = await demoMessages(demoPerson, new Date());
  await stack.dovecot.appendAll(
    demoUser.user,
    messages.map(({ raw, mailbox, flags, receivedAt }) => ({
      raw,
      options: { mailbox, flags, receivedAt },
    })),
  );
}

/** @param dir an existing folder of the caller, who removes it */
export async function startDemoProvider(dir: string): Promise<DemoProvider> {
  const domain = demoPerson.address.split('@')[1] ?? '';
  const stack = await startStack({ dir, gateway: true, tls: 'gateway', domain, users: [demoUser] });
  try {
    await fillMailbox(stack);
  } catch (error) {
    await stack.stop();
    throw error;
  }
  let timer: NodeJS.Timeout | undefined;
  let arrived = 0;
  const arrive = async (): Promise<void> => {
    const { raw } = await arrivingMessage(demoPerson, new Date(), arrived);
    arrived += 1;
    if (arrived === arrivalCount) clearInterval(timer);
    // A server that is just ending takes no mail, and nobody is looking.
    await stack.dovecot.deliver(demoUser.user, raw).catch(() => undefined);
  };
  return {
    stack,
    startArrivals: (everyMs) => {
      timer = setInterval(() => void arrive(), everyMs);
    },
    stop: async () => {
      clearInterval(timer);
      await stack.stop();
    },
  };
}
