/** Image types that the window may load by a path of the app: none of them can carry script. */
const pictures = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/bmp',
]);

/** SVG is a document and never among them. */
export function isPicture(mimeType: string): boolean {
  return pictures.has(mimeType);
}
