import { h } from './dom.ts';

/** Hands bytes to the reader as a file; nothing of it goes anywhere else. */
export function save(name: string, type: string, content: string | Uint8Array<ArrayBuffer>): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = h('a', { href: url, download: name });
  link.click();
  // Firefox reads it a moment later.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
