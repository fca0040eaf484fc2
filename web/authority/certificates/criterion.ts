/** What a typed text is searched as: a fingerprint, a serial number, a mail address, else words of the subject. */
export function criterionOf(
  typed: string,
): { readonly fingerprint: string } | { readonly serial: string } | { readonly mail: string } | { readonly words: string } {
  const text = typed.trim();
  const hex = text.replace(/[\s:]/g, '').toLowerCase();
  if (/^[0-9a-f]{64}$/.test(hex)) return { fingerprint: hex };
  // Shorter hexadecimal text may as well be a word.
  if (/^([0-9a-f]{2}){4,20}$/.test(hex) && /\d/.test(hex)) return { serial: hex };
  return text.includes('@') ? { mail: text } : { words: text };
}
