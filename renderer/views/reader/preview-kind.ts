/** Which files can be looked at without leaving the window. Pure. */
import type { PartDto } from '../../../app/contract/index.ts';

export type PreviewKind = 'image' | 'pdf' | 'text';

const textEndings = /\.(?:txt|md|csv|tsv|log|json|xml|ya?ml|ini|conf|ics|vcf|diff|patch|eml)$/i;

export function previewKind({ mimeType, fileName, url }: PartDto): PreviewKind | undefined {
  if (url !== undefined) return 'image';
  if (mimeType === 'application/pdf') return 'pdf';
  // HTML as a file is a document: it is saved, not shown as text or otherwise.
  if (mimeType === 'text/html') return undefined;
  if (mimeType.startsWith('text/') || mimeType === 'application/json') return 'text';
  return mimeType === 'application/octet-stream' && textEndings.test(fileName) ? 'text' : undefined;
}
