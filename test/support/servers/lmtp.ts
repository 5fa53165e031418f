/** Hands one message to a server by LMTP (RFC 2033) or SMTP (RFC 5321); for tests and the demo only. */
import { connect } from 'node:net';

interface Delivery {
  readonly port: number;
  readonly reversePath: string;
  readonly forwardPath: string;
  readonly raw: Uint8Array;
}

/** CRLF line ends and leading dots doubled, ended by the final dot. RFC 5321 §4.5.2 */
export function dotStuff(raw: Uint8Array): Buffer {
  const text = Buffer.from(raw)
    .toString('latin1')
    .replace(/\r\n|\r|\n/g, '\r\n')
    .replace(/(^|\r\n)\./g, '$1..');
  return Buffer.from(text.endsWith('\r\n') ? `${text}.\r\n` : `${text}\r\n.\r\n`, 'latin1');
}

/** Resolves when the server has taken the message. @throws Error with the server's refusal */
export function deliverByLmtp(delivery: Delivery): Promise<void> {
  const steps: { send: string | Buffer; expect: string }[] = [
    { send: 'LHLO localhost\r\n', expect: '2' },
    { send: `MAIL FROM:<${delivery.reversePath}>\r\n`, expect: '2' },
    { send: `RCPT TO:<${delivery.forwardPath}>\r\n`, expect: '2' },
    { send: 'DATA\r\n', expect: '3' },
    { send: dotStuff(delivery.raw), expect: '2' },
    { send: 'QUIT\r\n', expect: '2' },
  ];
  return new Promise((resolve, reject) => {
    const socket = connect(delivery.port, '127.0.0.1');
    let buffered = '';
    let expected = '2';
    const fail = (reason: string): void => {
      socket.destroy();
      reject(new Error(`LMTP delivery to ${delivery.forwardPath}: ${reason}`));
    };
    const onReply = (line: string): void => {
      if (!line.startsWith(expected)) {
        fail(line);
        return;
      }
      const step = steps.shift();
      if (step === undefined) {
        socket.end();
        resolve();
        return;
      }
      expected = step.expect;
      socket.write(step.send);
    };
    socket.on('error', (error) => fail(error.message));
    socket.on('close', () => fail('connection closed'));
    socket.on('data', (chunk: Buffer) => {
      buffered += chunk.toString('latin1');
      for (let end = buffered.indexOf('\r\n'); end >= 0; end = buffered.indexOf('\r\n')) {
        const line = buffered.slice(0, end);
        buffered = buffered.slice(end + 2);
        if (!/^\d{3}-/.test(line)) onReply(line);
      }
    });
  });
}
