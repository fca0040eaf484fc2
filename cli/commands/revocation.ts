import { systemClock } from '@antin/adapters/clock/clock';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { fromHex } from '@antin/formats/bytes/text-encodings';
import { checkRevocation } from '@antin/pki/path/revocation';
import type { RevocationFinding } from '@antin/pki/path/revocation-finding';
import { checkSignature } from '@antin/pki/path/signature-check';
import type { TrustAnchor } from '@antin/pki/path/validate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { sameName } from '@antin/pki/x509/name';
import { anchorOf } from '@antin/signature/validation/known-anchors';
import { VIETNAM_POLICY } from '@antin/signature/validation/policy';
import type { Language } from '@antin/signature/words/catalogue';
import { vietnamTime } from '@antin/signature/words/sentence';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';
import { printable } from '../printable.ts';
import { UsageFault, momentOf, oneOf, readOptions } from './options.ts';
import { readCandidates, readCrls, readOcsps, readSubject } from './revocation-inputs.ts';
import { codeText } from './status-words.ts';
import { readAnchors } from './validate-inputs.ts';

const usage = `antin revocation --cert FILE --issuer FILE (--crl FILE… | --ocsp FILE…) [options]: was this certificate revoked?

  --at ISO8601        the moment that is asked about (UTC without a zone); default: now
  --certificate FILE… where the signer of an indirect CRL may be found; trusted for nothing
  --trust FILE…       where such a signer must come from, if not from the issuer itself
  --nonce HEX         what was asked with: an OCSP answer without it is not believed to say good
  --format text|json  default text
  --lang vi|en        language of the text; default vi

"unusable" means that the evidence must not be believed for this certificate and moment; the code says why.
Files are DER or PEM, CRLs of one or of many. Exit codes: 0 good, 1 revoked, 2 unknown or unusable, 64 wrong usage, 70 our own fault.
`;

/** CRLReason (RFC 5280 §5.3.1). */
const REASONS: readonly string[] = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  '',
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
];
const SHAPE = { lists: ['crl', 'ocsp', 'certificate', 'trust'], singles: ['cert', 'issuer', 'at', 'nonce', 'format', 'lang'] };

interface Answer {
  readonly status: 'good' | 'revoked' | 'unknown' | 'unusable';
  readonly code: string | null;
  readonly revokedAt: string | null;
  readonly reason: string | null;
  readonly source: 'crl' | 'ocsp' | null;
  readonly thisUpdate: string | null;
  readonly nextUpdate: string | null;
}

/** `antin revocation`: one certificate, given evidence, nothing fetched. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    const options = readOptions(argv, SHAPE);
    if (options.help) {
      io.stdout.write(usage);
      return exit.ok;
    }
    const [extra] = options.files;
    if (extra !== undefined) throw new UsageFault(`what is ${extra}?`);
    const format = oneOf(options.single('format') ?? 'text', ['text', 'json'], '--format');
    const language = oneOf(options.single('lang') ?? 'vi', ['vi', 'en'], '--lang');
    const [subject, issuer] = [options.single('cert'), options.single('issuer')];
    if (subject === undefined || issuer === undefined) throw new UsageFault('--cert and --issuer are needed');
    const [lists, answers] = [options.list('crl'), options.list('ocsp')];
    if (lists.length + answers.length === 0) throw new UsageFault('a CRL or an OCSP response is needed');
    const evidence = { crls: readCrls(lists), ocsps: readOcsps(answers, nonceOf(options.single('nonce'))) };
    const { read: certificates } = readCandidates(options.list('certificate'));
    const at = momentOf(options.single('at')) ?? systemClock().getTime();
    const above = readAnchors(options.list('trust'), ['signer', 'time-stamp']);
    const answer = judge(readSubject(subject), readSubject(issuer), evidence, { certificates, above }, at);
    io.stdout.write(format === 'json' ? `${JSON.stringify(answer, null, 2)}\n` : text(answer, language));
    return answer.status === 'good' ? exit.valid : answer.status === 'revoked' ? exit.invalid : exit.indeterminate;
  } catch (error) {
    if (!(error instanceof UsageFault)) throw error;
    io.stderr.write(`antin revocation: ${printable(error.message)}\n"antin revocation --help" shows the options.\n`);
    return exit.usage;
  }
}

/** @throws {UsageFault} */
function nonceOf(text: string | undefined): Uint8Array | undefined {
  if (text === undefined) return undefined;
  if (!/^([0-9a-f]{2}){1,128}$/i.test(text)) throw new UsageFault('--nonce needs 1 to 128 octets in hexadecimal');
  return fromHex(text);
}

function judge(
  subject: ReturnType<typeof readSubject>,
  issuer: ReturnType<typeof readSubject>,
  evidence: { readonly crls: ReturnType<typeof readCrls>; readonly ocsps: ReturnType<typeof readOcsps> },
  known: { readonly certificates: readonly Certificate[]; readonly above: readonly TrustAnchor[] },
  at: number,
): Answer {
  if ('code' in subject) return unusable(subject.code);
  if ('code' in issuer) return unusable(issuer.code);
  const anchor = anchorOf(issuer.certificate, ['signer', 'time-stamp'], nodeCrypto);
  const sha1OnCaCertificates = anchor.sha1OnCaCertificates === true;
  const { certificate } = subject;
  // An answer about (issuer, serial number) says nothing about a certificate that somebody else made.
  const issued =
    sameName(certificate.issuer, issuer.certificate.subject) &&
    checkSignature(certificate, issuer.certificate.spki, nodeCrypto, true) === 'valid';
  if (!issued) return unusable('revocation.not-the-issuer');
  const finding = checkRevocation(certificate, issuer.certificate, {
    crls: evidence.crls.read,
    ocsps: evidence.ocsps.read,
    at,
    door: nodeCrypto,
    candidates: known.certificates,
    anchors: [anchor, ...known.above],
    sha1OnCaCertificates,
    sha1EvidenceUntil: VIETNAM_POLICY.sha1OnPinnedCaEvidenceUntil,
  });
  const [unreadable] = [...evidence.crls.unreadable, ...evidence.ocsps.unreadable];
  return answerOf(finding, unreadable?.code);
}

function answerOf(finding: RevocationFinding, unreadable: string | undefined): Answer {
  const { status, source, revokedAt, reason, thisUpdate, nextUpdate } = finding;
  if (status === 'unknown') {
    const why = finding.why ?? [];
    if (why.includes('ocsp.status-unknown')) return { ...unusable('ocsp.status-unknown'), status: 'unknown', source: 'ocsp' };
    const code = why.find((one) => one !== 'revocation.no-evidence') ?? unreadable ?? 'revocation.no-evidence';
    return unusable(code);
  }
  return {
    status,
    code: status === 'revoked' ? 'revocation.revoked' : null,
    revokedAt: iso(revokedAt),
    reason: status === 'revoked' ? (REASONS[reason ?? 0] ?? String(reason)) : null,
    source: source ?? null,
    thisUpdate: iso(thisUpdate),
    nextUpdate: iso(nextUpdate),
  };
}

function unusable(code: string): Answer {
  return { status: 'unusable', code, revokedAt: null, reason: null, source: null, thisUpdate: null, nextUpdate: null };
}

const LABELS = {
  vi: { good: 'Không bị thu hồi', revoked: 'Đã bị thu hồi', unknown: 'Không rõ', unusable: 'Không kết luận được' },
  en: { good: 'Not revoked', revoked: 'Revoked', unknown: 'Unknown', unusable: 'Cannot be decided' },
} as const;

function text(answer: Answer, language: Language): string {
  const { status, code, revokedAt, reason, source, thisUpdate, nextUpdate } = answer;
  const vi = language === 'vi';
  const head = LABELS[language][status];
  const when = (moment: string | null): string => (moment === null ? '–' : vietnamTime(moment));
  const said = source === null ? '' : `${vi ? 'theo' : 'according to'} ${source.toUpperCase()}`;
  if (status === 'revoked') {
    return `${head} ${vi ? 'ngày' : 'on'} ${when(revokedAt)} (${reason ?? ''}), ${said} ${vi ? 'ngày' : 'of'} ${when(thisUpdate)}.\n`;
  }
  if (status === 'good') {
    const next = nextUpdate === null ? '' : `, ${vi ? 'cập nhật lần sau' : 'next'} ${when(nextUpdate)}`;
    return `${head}, ${said} ${vi ? 'ngày' : 'of'} ${when(thisUpdate)}${next}.\n`;
  }
  return `${head}: ${codeText(code ?? '', language)}\n`;
}

function iso(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
