const BEGINNINGS: readonly (readonly [string, readonly number[]])[] = [
  ['application/pdf', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/png', [0x89, 0x50, 0x4e, 0x47]],
];

/** Of a paper that travels, by its first octets: whoever opens the container knows what to open it with. */
export function mediaTypeOf(bytes: Uint8Array): string {
  const found = BEGINNINGS.find(([, begin]) => begin.every((byte, at) => bytes[at] === byte));
  return found?.[0] ?? 'application/octet-stream';
}
