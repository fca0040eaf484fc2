/**
 * A number by which bytes seen before are found again: a place where they may lie, never an identity. Whoever uses it compares
 * all bytes afterwards, so that nothing is gained by making others that share it.
 */
export function placeOf(bytes: Uint8Array): number {
  const { length } = bytes;
  let place = length;
  // The beginning tells kinds apart, the end is a signature value in all that is remembered here.
  for (let i = 0; i < 16 && i < length; i++) place = Math.imul(place ^ (bytes[i] as number), 0x01000193);
  for (let i = Math.max(0, length - 24); i < length; i++) place = Math.imul(place ^ (bytes[i] as number), 0x01000193);
  return place;
}
