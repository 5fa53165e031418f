/** Files dragged out of the window. Knows of Electron only what it uses, so that tests can stand in for it. */

/** Of Electron's `NativeImage`. */
export interface DragIcon {
  isEmpty(): boolean;
}

export interface DragOutOptions<Icon extends DragIcon> {
  /** The picture that the system has for files like this one. */
  readonly iconOf: (path: string) => Promise<Icon>;
  /** Where the system has none: macOS drags nothing without a picture. */
  readonly plainIcon: Icon;
  /** The window's own `startDrag`; does nothing when the window is gone. */
  readonly start: (item: { readonly file: string; readonly icon: Icon }) => void;
}

/** Begins the drag; returns once the system has it. The path is the engine's, never the window's. */
export async function dragOut<Icon extends DragIcon>(
  { iconOf, plainIcon, start }: DragOutOptions<Icon>,
  path: string,
): Promise<void> {
  const found = await iconOf(path).catch(() => undefined);
  const icon = found === undefined || found.isEmpty() ? plainIcon : found;
  start({ file: path, icon });
}
