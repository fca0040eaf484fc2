import { systemClock } from '@antin/adapters/clock/clock';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { checkRevocation } from '@antin/pki/path/revocation';
import type { RevocationFinding } from '@antin/pki/path/revocation-finding';
import { checkSignature } from '@antin/pki/path/signature-check';
import type { Certificate } from '@antin/pki/x509/certificate';
import { sameName } from '@antin/pki/x509/name';
import { anchorOf } from '@antin/signature/validation/known-anchors';
import { VIETNAM_POLICY } from '@antin/signature/validation/policy';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';
import { printable } from '../printable.ts';
import { UsageFault, momentOf, oneOf, readOptions } from './options.ts';
import { readCandidates, readCrls, readOcsps, readSubject } from './revocation-inputs.ts';

const usage = `antin revocation --cert FILE --issuer FILE (--crl FILE… | --ocsp FILE…) [options]: was this certificate revoked?

  --at ISO8601        the moment that is asked about (UTC without a zone); default: now
  --certificate FILE… where the signer of an indirect CRL may be found; trusted for nothing
  --format text|json  default text

"unusable" means that the evidence must not be believed for this certificate and moment; the code says why.
Files are DER or PEM. Exit codes: 0 good, 1 revoked, 2 unknown or unusable, 64 wrong usage, 70 our own fault.
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
const SHAPE = { lists: ['crl', 'ocsp', 'certificate'], singles: ['cert', 'issuer', 'at', 'format'] };

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
    const [subject, issuer] = [options.single('cert'), options.single('issuer')];
    if (subject === undefined || issuer === undefined) throw new UsageFault('--cert and --issuer are needed');
    const [lists, answers] = [options.list('crl'), options.list('ocsp')];
    if (lists.length + answers.length === 0) throw new UsageFault('a CRL or an OCSP response is needed');
    const evidence = { crls: readCrls(lists), ocsps: readOcsps(answers) };
    const { read: certificates } = readCandidates(options.list('certificate'));
    const at = momentOf(options.single('at')) ?? systemClock().getTime();
    const answer = judge(readSubject(subject), readSubject(issuer), evidence, certificates, at);
    io.stdout.write(format === 'json' ? `${JSON.stringify(answer, null, 2)}\n` : text(answer));
    return answer.status === 'good' ? exit.valid : answer.status === 'revoked' ? exit.invalid : exit.indeterminate;
  } catch (error) {
    if (!(error instanceof UsageFault)) throw error;
    io.stderr.write(`antin revocation: ${printable(error.message)}\n"antin revocation --help" shows the options.\n`);
    return exit.usage;
  }
}

function judge(
  subject: ReturnType<typeof readSubject>,
  issuer: ReturnType<typeof readSubject>,
  evidence: { readonly crls: ReturnType<typeof readCrls>; readonly ocsps: ReturnType<typeof readOcsps> },
  candidates: readonly Certificate[],
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
    candidates,
    anchors: [anchor],
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

function text(answer: Answer): string {
  const { status, code, revokedAt, reason, source, thisUpdate, nextUpdate } = answer;
  if (status === 'revoked') return `revoked ${revokedAt ?? ''} (${reason ?? ''}), says the ${source ?? ''}\n`;
  if (status === 'good') return `good: ${source ?? ''} of ${thisUpdate ?? ''}, next ${nextUpdate ?? 'not announced'}\n`;
  return `${status}: ${code ?? ''}\n`;
}

function iso(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
