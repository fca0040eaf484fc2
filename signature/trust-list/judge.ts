import { memorySource } from '@antin/formats/bytes/source';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { FormatFault } from '@antin/formats/fault';
import { withXml } from '@antin/formats/xml/document';
import type { CryptoDoor } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import { OID } from '@antin/pki/oids';
import type { Certificate } from '@antin/pki/x509/certificate';
import { VIETNAM_POLICY } from '../validation/policy.ts';
import type { ValidationPolicy } from '../validation/policy.ts';
import type { SignatureReport } from '../validation/types.ts';
import { UnsupportedFile, validate } from '../validation/validate.ts';
import { DS } from '../xmldsig/names.ts';
import { TSL_SIGNING } from './names.ts';
import { LIST_BUDGET, readTrustedList } from './parse.ts';
import type { TrustedList } from './parse.ts';

export interface TrustedListOptions {
  readonly door: CryptoDoor;
  /** Certificates that may sign the list: themselves, not what they issue. */
  readonly signers: readonly Certificate[];
  /** Moment of judging, ms since 1970. */
  readonly at: number;
  /** Whose algorithms count; default the one for Vietnam. What it loosens for documents it does not loosen for lists. */
  readonly policy?: ValidationPolicy;
  /** The newest version seen so far of each scheme, by `identity`. */
  readonly known?: ReadonlyMap<string, KnownVersion>;
}

export interface KnownVersion {
  readonly sequenceNumber: number;
  readonly issuedAt: number;
}

export type ListRefusal =
  | 'trusted-list.unreadable'
  | 'trusted-list.unsigned'
  | 'trusted-list.signature-invalid'
  | 'trusted-list.signer-not-pinned'
  | 'trusted-list.not-wholly-signed'
  | 'trusted-list.from-the-future'
  | 'trusted-list.rolled-back';

export type ListJudgement =
  | { readonly status: 'accepted'; readonly list: TrustedList; readonly signer: Certificate }
  | { readonly status: 'refused'; readonly code: ListRefusal; readonly message: string };

const SKEW_MS = 5 * 60_000;

/**
 * Is this the list that its publisher signed, whole, and not an older one than was seen before (ETSI TS 119 612 clause 5.7,
 * TS 119 615 clause 4.1)? That it has ended is no refusal: `anchorsOf` then ends its trust, unless the policy only warns.
 */
export function judgeTrustedList(bytes: Uint8Array, options: TrustedListOptions): ListJudgement {
  let read: { readonly list: TrustedList; readonly signedInRoot: boolean };
  try {
    read = withXml(
      bytes,
      (tree) => ({
        list: readTrustedList(tree),
        signedInRoot: tree.root.children.filter((one) => one.is(DS, 'Signature')).length === 1,
      }),
      LIST_BUDGET,
    );
  } catch (error) {
    if (!(error instanceof FormatFault)) throw error;
    return refused('trusted-list.unreadable', `${error.message} [${error.code}]`);
  }
  const signed = signerOf(bytes, read.signedInRoot, options);
  if ('status' in signed) return signed;
  const { list } = read;
  if (list.issuedAt > options.at + SKEW_MS) {
    return refused('trusted-list.from-the-future', `the list was issued at ${iso(list.issuedAt)}`);
  }
  const known = options.known?.get(list.identity);
  if (known !== undefined && older(list, known)) {
    // An old list, honestly signed, still names the services that were withdrawn since.
    const message = `number ${list.sequenceNumber} of ${iso(list.issuedAt)}; number ${known.sequenceNumber} of ${iso(known.issuedAt)} is known`;
    return refused('trusted-list.rolled-back', message);
  }
  return { status: 'accepted', list, signer: signed.signer };
}

function signerOf(
  bytes: Uint8Array,
  signedInRoot: boolean,
  options: TrustedListOptions,
): { readonly signer: Certificate } | Extract<ListJudgement, { readonly status: 'refused' }> {
  const { door, signers, at, policy = VIETNAM_POLICY } = options;
  const { constraints: _loosened, minimumLevel: _level, ...algorithms } = policy;
  const trust = signers.map((certificate) => ({ certificate, purposes: ['signer'] as const }));
  const nothing = { certificates: [], crls: [], ocsps: [] };
  const inflate = (): never => {
    throw new FormatFault('trusted-list.damaged', 'nothing in a list is compressed');
  };
  const source = memorySource(bytes);
  let report;
  try {
    ({ report } = validate(source, { door, inflate, trust, evidence: nothing, at, policy: algorithms }));
  } catch (error) {
    if (!(error instanceof UnsupportedFile)) throw error;
    return refused('trusted-list.unsigned', 'the list carries no signature');
  }
  const [signature, more] = report.signatures;
  if (signature === undefined) {
    const [doubt] = report.errors;
    if (doubt !== undefined) return refused('trusted-list.unreadable', `${doubt.message} [${doubt.code}]`);
    return refused('trusted-list.unsigned', 'the list carries no signature');
  }
  if (more !== undefined) return refused('trusted-list.not-wholly-signed', 'a list carries exactly one signature');
  const signer = signers.find((one) => toHex(digestOf(door, 'SHA-256', one.raw)) === signature.signer?.sha256);
  // A broken value is told before the question of who made it.
  if (signature.indication === 'TOTAL_FAILED') return refused('trusted-list.signature-invalid', wrongIn(signature));
  if (signer === undefined) {
    const who = signature.signer?.subject ?? 'nobody that is named';
    return refused('trusted-list.signer-not-pinned', `signed by ${who}, who is not among the pinned signers`);
  }
  if (signature.indication !== 'TOTAL_PASSED' && !onlyMadeForLists(signature, signer)) {
    return refused('trusted-list.signature-invalid', wrongIn(signature));
  }
  const whole = signature.format === 'XAdES' && signature.coverage === 'file' && report.errors.length === 0;
  if (!signedInRoot || !whole) {
    // A signed list moved aside, with another one where readers look.
    return refused('trusted-list.not-wholly-signed', report.errors[0]?.message ?? 'the signature is not over the whole list');
  }
  return { signer };
}

/** A certificate for signing trusted lists is refused for documents; here it is the right one (TS 119 612 B.2). */
function onlyMadeForLists({ errors }: SignatureReport, signer: Certificate): boolean {
  const usage = signer.extKeyUsage ?? [];
  if (!usage.includes(TSL_SIGNING) || usage.includes(OID.timeStamping)) return false;
  return errors.length > 0 && errors.every((one) => one.code === 'path.extended-key-usage');
}

function older(list: TrustedList, known: KnownVersion): boolean {
  if (list.sequenceNumber !== known.sequenceNumber) return list.sequenceNumber < known.sequenceNumber;
  return list.issuedAt < known.issuedAt;
}

function wrongIn({ errors, indication, subIndication }: SignatureReport): string {
  const [first] = errors;
  return first === undefined ? `${indication} ${subIndication ?? ''}`.trim() : `${first.message} [${first.code}]`;
}

function refused(code: ListRefusal, message: string): Extract<ListJudgement, { readonly status: 'refused' }> {
  return { status: 'refused', code, message };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
