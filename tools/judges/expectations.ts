import type { Asked } from './judge.ts';
import type { ShapeName } from './making/make.ts';
import type { Kind } from './making/people.ts';

/** Accepted, or not, for a reason that is the judge's; `says` is how it must put it, so that another refusal is noticed. */
export type Expected = 'accepted' | { readonly not: string; readonly says: RegExp };

const has =
  (...parts: readonly string[]) =>
  ({ kind }: { readonly kind: Kind }) =>
    parts.some((part) => kind.includes(part));

interface Exception {
  readonly judge: string;
  /** The version that was seen to answer so; another one may accept more, never less. */
  readonly version: string;
  readonly where: (file: Pick<Asked, 'shape' | 'kind' | 'level'>) => boolean;
  readonly not: string;
  readonly says: RegExp;
}

export const exceptions: readonly Exception[] = [
  {
    judge: 'EU DSS',
    version: '6.4',
    where: has('Ed25519'),
    not: 'level, values and time-stamps right, but its default policy does not authorise EdDSA for making signatures',
    says: /^level and values right.*EdDSA with SHA512 is not authorised/,
  },
  {
    judge: 'openssl cms',
    version: '3.0.22',
    where: has('Ed25519'),
    not: 'no Ed25519 in CMS',
    says: /eddsa_digest_signverify_init:invalid digest/,
  },
  {
    judge: 'xmlsec1',
    version: '1.2.37',
    where: has('PSS', 'SHA3'),
    not: 'no RSASSA-PSS and no SHA-3',
    says: /xmlSecTransformIdListFindByHref/,
  },
  { judge: 'xmlsec1', version: '1.2.37', where: has('Ed25519'), not: 'no Ed25519: the key is not read', says: /Usage|key/ },
  { judge: 'pdfsig', version: '22.12.0', where: has('SHA3'), not: 'no SHA-3', says: /Unrecognized Hash ID/ },
  {
    judge: 'pdfsig',
    version: '22.12.0',
    where: has('brainpool'),
    not: 'no brainpool curves: it says "invalid" where it should say that it cannot judge',
    says: /Signature is Invalid/,
  },
  {
    judge: 'pdfsig',
    version: '22.12.0',
    where: has('Ed25519'),
    not: 'no Ed25519: it says "corrupted data"',
    says: /isn't signed or corrupted/,
  },
  { judge: 'pkijs', version: '4.0.0', where: has('SHA3'), not: 'no SHA-3', says: /Unsupported signature algorithm/ },
  {
    judge: 'pkijs',
    version: '4.0.0',
    where: has('brainpool'),
    not: 'no brainpool curves',
    says: /Unsupported algorithm identifier/,
  },
  {
    judge: 'pkijs',
    version: '4.0.0',
    where: has('Ed25519'),
    not: 'no Ed25519',
    says: /Unsupported signature algorithm/,
  },
];

export function exceptionFor(judge: string, file: Pick<Asked, 'shape' | 'kind' | 'level'>): Exception | undefined {
  return exceptions.find((one) => one.judge === judge && one.where(file));
}

/** What a format has no identifier for is refused when it is prepared. */
export function cannotBeMade(shape: ShapeName, kind: Kind): string | undefined {
  if (shape.startsWith('JAdES') && /SHA3|brainpool/.test(kind)) return 'JWS has no name for it (RFC 7518, RFC 8037)';
  if (shape.includes('XAdES') && kind === 'RSA-2048 SHA3-256') return 'XML signatures have no identifier for it (RFC 9231)';
  return undefined;
}

/** Tools of the task that judge none of this, and why. */
export const unjudging: readonly (readonly [tool: string, why: string])[] = [
  [
    'LibreOffice',
    'verifies PDF signatures only in its window; without one (`soffice --headless`) nothing asks for them, and its `pdfverify` is not shipped',
  ],
];
