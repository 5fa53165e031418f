/**
 * What the engine is to its host, and what it needs from it. `app/engine.ts` is the composition
 * root that builds an Engine; `main/engine` runs it in a worker.
 */
import type {
  Capability,
  EventName,
  EventPayload,
  HostNotification,
  MethodName,
  MethodOutput,
  MethodParsedInput,
} from './contract/index.ts';
import type { Logger } from './log.ts';

/** What differs from host to host. Comes in by constructor. */
export interface EngineHost {
  readonly version: string;
  readonly kind: 'electron' | 'chromium' | 'fixture';
  readonly capabilities: readonly Capability[];
  readonly secretStorage: 'system' | 'file' | 'session';
  /** Encrypts a secret for keeping in the profile. */
  sealSecret(secret: string): Promise<Uint8Array>;
  /** @throws when the secret can no longer be opened */
  openSecret(sealed: Uint8Array): Promise<string>;
  /** Where to save a file of this name; undefined when the person gave up. */
  chooseSavePath(fileName: string): Promise<string | undefined>;
  /** Absolute paths that the person chose in a dialog; none when they gave up. */
  chooseFiles?(what: 'files' | 'folder'): Promise<readonly string[]>;
  /** @returns false when the window has to show it itself */
  notify?(notification: HostNotification): Promise<boolean>;
  setBadge?(count: number): Promise<void>;
  /** Begins a drag of this file out of the window, while the person holds the pointer down. */
  startDrag?(path: string): Promise<void>;
  /** Ends the program, then takes the profile off the disk. Returns before that. */
  eraseProfile?(): Promise<void>;
  /** Where the log lies, when it is a file. */
  readonly logPath?: string;
  readonly logger: Logger;
}

export interface EngineOptions {
  /** The profile folder, 0700; created when missing. */
  readonly profileDir: string;
  readonly host: EngineHost;
  /** Extra trust anchors (PEM) beside the system's. */
  readonly trustAnchors?: readonly string[];
  /** `host:port` of DNS servers for discovery; the system's when absent. */
  readonly dnsServers?: readonly string[];
  /** For tests: pictures of messages may come from this computer, on any port. */
  readonly remoteLoopback?: boolean;
}

export type EmitEvent = <E extends EventName>(name: E, payload: EventPayload<E>) => void;

/** One handler per method; input is already validated. */
export type MethodHandlers = {
  readonly [M in MethodName]: (
    input: MethodParsedInput<M>,
  ) => Promise<MethodOutput<M>> | MethodOutput<M>;
};

export interface Engine {
  readonly handlers: MethodHandlers;
  onEvent(listener: (name: EventName, payload: unknown) => void): void;
  /** Bytes behind a `/part/…` url of a message body, or a `/remote/…` one of `remote.resolve`. */
  readPart(url: string): Promise<{ mimeType: string; bytes: Uint8Array } | undefined>;
  /** Connects accounts; returns at once. */
  start(): void;
  /** Closes legs and databases. Queued mail stays queued. */
  stop(): Promise<void>;
}
