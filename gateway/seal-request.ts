/**
 * The arguments of XSEAL, the same for SMTP and IMAP: suite, key id, server name, message 1.
 * Checks their form; whether the key exists and the message fits comes later. docs/protocol.md §5.
 */
import { decodeBase64 } from '../app/leg/key-card.ts';
import { limits } from '../app/leg/limits.ts';
import { suiteFacts } from '../app/leg/suites.ts';

export interface SealRequest {
  /** Lower case. */
  readonly suite: string;
  readonly keyId: string;
  /** The name that the person configured, lower case. */
  readonly serverName: string;
  /** As long as the suite has it; of any length when the suite is unknown. */
  readonly message1: Uint8Array;
}

const serverNamePattern = /^[a-z0-9_]([a-z0-9_.:-]*[a-z0-9_:])?$|^::[a-f0-9:.]*$/;

/**
 * @param text what follows `XSEAL `
 * @returns undefined when the form is wrong
 */
export function parseSealRequest(text: string): SealRequest | undefined {
  const words = text.split(' ');
  const [suite = '', keyId = '', serverName = '', message = ''] = words;
  if (words.length !== 4 || text.length > limits.sealLineOctets) return undefined;
  if (!/^[A-Za-z0-9-]{1,64}$/.test(suite)) return undefined;
  if (!/^[a-z0-9-]{1,32}$/.test(keyId)) return undefined;
  if (serverName.length > limits.serverNameOctets || !serverNamePattern.test(serverName)) {
    return undefined;
  }
  try {
    // A suite that we do not have is no error of form: the answer is that there is no such key.
    const facts = suiteFacts(suite.toLowerCase());
    const octets = facts?.message1Octets ?? Buffer.byteLength(message, 'base64');
    const message1 = decodeBase64(message, octets);
    return { suite: suite.toLowerCase(), keyId, serverName, message1 };
  } catch {
    return undefined;
  }
}
