/**
 * Submission server for machines where Postfix cannot run (no root): the npm `smtp-server`, which
 * hands what it takes to Dovecot by LMTP. Same shape as startPostfix gives.
 */
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { deliverByLmtp } from './lmtp.ts';
import type { SubmissionServer } from './postfix.ts';

export interface NpmSubmissionOptions {
  readonly domain: string;
  readonly users: readonly { readonly user: string; readonly password: string }[];
  readonly dovecot: { readonly lmtpPort: number };
  readonly tls?: { readonly certPem: string; readonly keyPem: string };
  /** Default true. With false AUTH is offered after STARTTLS only. */
  readonly allowClearAuth?: boolean;
}

interface Envelope {
  readonly mailFrom: { readonly address: string } | false;
  readonly rcptTo: readonly { readonly address: string }[];
}

function refusal(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code });
}

function listen(server: SMTPServer): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.server.address();
      if (address === null || typeof address === 'string') reject(new Error('no port'));
      else resolve(address.port);
    });
  });
}

export async function startNpmSubmission(options: NpmSubmissionOptions): Promise<SubmissionServer> {
  const known = new Set(options.users.map(({ user }) => user.toLowerCase()));

  const deliver = async (raw: Buffer, envelope: Envelope): Promise<void> => {
    const reversePath = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
    for (const { address } of envelope.rcptTo) {
      const { lmtpPort: port } = options.dovecot;
      await deliverByLmtp({ port, reversePath, forwardPath: address, raw });
    }
  };

  const serverOptions: SMTPServerOptions = {
    secure: false,
    name: `mail.${options.domain}`,
    disableReverseLookup: true,
    ...(options.tls === undefined
      ? { hideSTARTTLS: true }
      : { key: options.tls.keyPem, cert: options.tls.certPem }),
    allowInsecureAuth: options.allowClearAuth ?? true,
    size: 36_700_160,
    logger: false,
    onAuth: (auth, _session, callback) => {
      const match = options.users.find(({ user }) => user === auth.username);
      const good = match !== undefined && match.password === auth.password;
      if (good) callback(null, { user: match.user });
      else callback(refusal(535, '5.7.8 Authentication failed'));
    },
    onRcptTo: (address, _session, callback) => {
      const ok = known.has(address.address.toLowerCase());
      callback(ok ? null : refusal(550, '5.1.1 No such user here'));
    },
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        deliver(Buffer.concat(chunks), session.envelope).then(
          () => callback(null, '2.0.0 Ok: delivered'),
          (error: unknown) => callback(refusal(451, `4.3.0 ${String(error)}`)),
        );
      });
    },
  };

  const servers = [new SMTPServer(serverOptions)];
  if (options.tls !== undefined) servers.push(new SMTPServer({ ...serverOptions, secure: true }));
  const ports: number[] = [];
  for (const server of servers) {
    ports.push(await listen(server));
    // Of a single connection, such as one that was cut in its TLS handshake.
    server.on('error', () => {});
  }
  return {
    submissionPort: ports[0] ?? 0,
    submissionsPort: ports[1],
    stop: async () => {
      await Promise.all(servers.map((server) => new Promise<void>((done) => server.close(done))));
    },
  };
}
