/**
 * HAProxy's PROXY protocol, version 1: one line that tells the backend who the client is.
 * https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt §2.1
 */
import { isIPv4, isIPv6 } from 'node:net';

export interface ConnectionEnds {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
}

/** `::ffff:192.0.2.1` as `192.0.2.1`; a zone (`%eth0`) is dropped. */
export function plainAddress(address: string): string {
  const [bare = ''] = address.split('%');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  return mapped ?? bare;
}

/** The line with its CRLF; `PROXY UNKNOWN` when an end is not known. */
export function encodeProxyHeader(ends: ConnectionEnds): string {
  const remote = plainAddress(ends.remoteAddress);
  const local = plainAddress(ends.localAddress);
  const family =
    isIPv4(remote) && isIPv4(local) ? 'TCP4' : isIPv6(remote) && isIPv6(local) ? 'TCP6' : undefined;
  if (family === undefined) return 'PROXY UNKNOWN\r\n';
  return `PROXY ${family} ${remote} ${local} ${ends.remotePort} ${ends.localPort}\r\n`;
}
