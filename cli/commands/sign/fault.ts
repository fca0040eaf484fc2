import { exit } from '../../exit.ts';

/**
 * The command refuses, or cannot go on. Codes: `sign.output-exists`, `sign.output-is-input`, `sign.output-not-a-file`,
 * `sign.output-failed`, `sign.same-name`, `sign.input-unreadable`, `sign.input-changed`, `sign.not-verifiable`,
 * `sign.breaks-earlier`, `sign.other-data`, `sign.pss-needs-rsa`, `secret.no-terminal`, `secret.empty`,
 * `secret.too-long`, `secret.cancelled`, `certificate.expired`, `certificate.not-yet-valid`, `certificate.not-for-signing`,
 * `certificate.practice-only`, `software-key.not-pkcs12`, `software-token.practice-only`.
 */
export class SignFault extends Error {
  override readonly name = 'SignFault';
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/**
 * The first prefix that fits decides. What was asked for is wrong: 64. What was given (document, picture, key, secret,
 * certificate) is refused: 65. Something is not there or does not answer (token, time-stamp authority, disk): 69.
 */
const EXIT_OF: readonly (readonly [prefix: string, code: number])[] = [
  ['secret.cancelled', exit.interrupted],
  ['sign.output-failed', exit.unavailable],
  ['sign.input-changed', exit.unsupportedInput],
  ['sign.not-verifiable', exit.unsupportedInput],
  ['sign.breaks-earlier', exit.unsupportedInput],
  ['sign.other-data', exit.unsupportedInput],
  ['sign.', exit.usage],
  ['secret.', exit.usage],
  ['secret-file.', exit.usage],
  ['certificate.', exit.unsupportedInput],
  ['software-key.', exit.unsupportedInput],
  ['software-token.', exit.unsupportedInput],
  ['pkcs11.pin-', exit.unsupportedInput],
  ['pkcs11.no-certificate', exit.unsupportedInput],
  ['pkcs11.no-key', exit.unsupportedInput],
  ['pkcs11.mechanism-missing', exit.unsupportedInput],
  ['pkcs11.cancelled', exit.interrupted],
  ['pkcs11.', exit.unavailable],
  ['source.', exit.unavailable],
  // The time-stamp authority's answer: everything of the document and the key was read before.
  ['tsp.', exit.unavailable],
  ['cms.', exit.unavailable],
  ['signature.time-stamp-mismatch', exit.unavailable],
  // Revocation data that cannot be had today may be there tomorrow.
  ['extend.evidence-missing', exit.unavailable],
  ['extend.', exit.unsupportedInput],
  ['cades.prepared-damaged', exit.fault],
  ['cades.', exit.unsupportedInput],
  ['pades.prepared-damaged', exit.fault],
  ['xades.prepared-damaged', exit.fault],
  ['jades.prepared-damaged', exit.fault],
  ['asic.prepared-damaged', exit.fault],
  ['ooxml.prepared-damaged', exit.fault],
  ['signature.unsupported-algorithm', exit.unsupportedInput],
  ['signature.content-too-large', exit.unsupportedInput],
  ['signature.algorithm-not-allowed', exit.unsupportedInput],
  ['signature.', exit.unavailable],
  ...['pades.', 'xades.', 'xmldsig.', 'jades.', 'asic.', 'ooxml.'].map((prefix) => [prefix, exit.unsupportedInput] as const),
  ...['xml.', 'json.', 'zip.', 'base64.', 'format.'].map((prefix) => [prefix, exit.unsupportedInput] as const),
  ...['pdf.', 'png.', 'inflate.', 'pkcs12.', 'ber.', 'der.', 'x509.', 'pki.'].map(
    (prefix) => [prefix, exit.unsupportedInput] as const,
  ),
];

/** @returns undefined for what is no refusal of ours: a fault of the program */
export function exitOf(fault: unknown): number | undefined {
  const { code } = fault as { code?: unknown };
  if (typeof code !== 'string') return undefined;
  return EXIT_OF.find(([prefix]) => code.startsWith(prefix))?.[1];
}
