/**
 * What a host needs of the engine: frames both ways, bytes of a part, an end.
 * `EngineClient` of main/engine is the real one; tests stand in their own.
 */
export interface EngineLink {
  /** A frame from the window, as it came; the engine's side validates it. */
  postFrame(json: string): void;
  onFrame(listener: (json: string) => void): void;
  /** Bytes behind a `/part/…` url, or undefined. */
  readPart(
    url: string,
  ): Promise<{ readonly mimeType: string; readonly bytes: Uint8Array } | undefined>;
  /** Closes legs and databases. */
  stop(): Promise<void>;
}
