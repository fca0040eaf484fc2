import { systemClock } from '@antin/adapters/clock/clock';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { digestOf } from '@antin/pki/crypto';
import { OID } from '@antin/pki/oids';
import { judgePath } from '@antin/pki/path/judge';
import type { PathVerdict } from '@antin/pki/path/judge';
import type { RevocationFinding } from '@antin/pki/path/revocation-finding';
import type { Certificate } from '@antin/pki/x509/certificate';
import { nameText } from '@antin/pki/x509/name';
import { VIETNAM_POLICY } from '@antin/signature/validation/policy';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';
import { printable } from '../printable.ts';
import { UsageFault, momentOf, oneOf, readOptions } from './options.ts';
import { pathText } from './path-text.ts';
import type { ShownVerdict } from './path-text.ts';
import { readCandidates, readCrls, readOcsps, readSubject } from './revocation-inputs.ts';
import type { Unreadable } from './revocation-inputs.ts';
import { readAnchors } from './validate-inputs.ts';

const usage = `antin path --trust FILE… --target FILE [options]: is there a valid path from a trusted certificate to this one?

  --chain FILE…             certificates that may stand between; trusted for nothing
  --crl FILE…  --ocsp FILE… revocation data; without any, nothing is known about revocation and no path is valid
  --no-revocation           do not ask about revocation
  --at ISO8601              judge as of this moment (UTC without a zone); default: now
  --policy OID…             acceptable policies; default anyPolicy
  --explicit-policy  --inhibit-mapping  --inhibit-any-policy   initial values of RFC 5280 6.1.1
  --eku OID                 purpose the target must be made for
  --format text|json        default text
  --lang vi|en              language of the text; default vi

Files are DER or PEM, of one or of many. Exit codes: 0 valid, 1 not valid, 64 wrong usage, 70 our own fault.
`;

const SHAPE = {
  lists: ['trust', 'chain', 'crl', 'ocsp', 'policy'],
  singles: ['target', 'at', 'eku', 'format', 'lang'],
  flags: ['no-revocation', 'explicit-policy', 'inhibit-mapping', 'inhibit-any-policy'],
};
const OID_SHAPE = /^[0-2](\.\d+)+$/;

/** `antin path`: the path of RFC 5280 §6 alone, without any signature. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    const options = readOptions(argv, SHAPE);
    if (options.help) {
      io.stdout.write(usage);
      return exit.ok;
    }
    const [extra] = options.files;
    if (extra !== undefined) throw new UsageFault(`what is ${extra}? certificates come after --trust, --target or --chain`);
    const format = oneOf(options.single('format') ?? 'text', ['text', 'json'], '--format');
    const language = oneOf(options.single('lang') ?? 'vi', ['vi', 'en'], '--lang');
    const target = options.single('target');
    if (target === undefined || options.list('trust').length === 0) throw new UsageFault('--trust and --target are needed');
    const policies = options.list('policy').map((one) => oid(one === 'anyPolicy' ? OID.anyPolicy : one, '--policy'));
    const eku = options.single('eku');
    const subject = readSubject(target);
    const common = {
      anchors: readAnchors(options.list('trust'), ['signer', 'time-stamp']),
      at: momentOf(options.single('at')) ?? systemClock().getTime(),
      revocation: !options.flag('no-revocation'),
      explicitPolicy: options.flag('explicit-policy'),
      inhibitMapping: options.flag('inhibit-mapping'),
      inhibitAnyPolicy: options.flag('inhibit-any-policy'),
      door: nodeCrypto,
      sha1EvidenceUntil: VIETNAM_POLICY.sha1OnPinnedCaEvidenceUntil,
      ...(policies.length === 0 ? {} : { policies }),
      ...(eku === undefined ? {} : { eku: oid(eku, '--eku') }),
    };
    const chain = readCandidates(options.list('chain'));
    const crls = readCrls(options.list('crl'));
    const ocsps = readOcsps(options.list('ocsp'));
    const unreadable = [...chain.unreadable, ...crls.unreadable, ...ocsps.unreadable];
    const verdict =
      'code' in subject
        ? { ...NOTHING, code: subject.code }
        : judgePath(subject.certificate, { ...common, candidates: chain.read, crls: crls.read, ocsps: ocsps.read });
    io.stdout.write(
      format === 'json' ? `${JSON.stringify(report(verdict, unreadable), null, 2)}\n` : pathText(verdict, unreadable, language),
    );
    return verdict.valid ? exit.valid : exit.invalid;
  } catch (error) {
    if (!(error instanceof UsageFault)) throw error;
    io.stderr.write(`antin path: ${printable(error.message)}\n"antin path --help" shows the options.\n`);
    return exit.usage;
  }
}

const NOTHING: Omit<PathVerdict, 'code'> = { valid: false, path: [], policies: [], problems: [], revocation: [] };

function oid(value: string, option: string): string {
  if (!OID_SHAPE.test(value)) throw new UsageFault(`${option} needs an object identifier such as 2.5.29.32.0, not "${value}"`);
  return value;
}

function report(verdict: ShownVerdict, unreadable: readonly Unreadable[]): object {
  return {
    valid: verdict.valid,
    code: verdict.code,
    path: verdict.path.map(describe),
    policies: verdict.policies,
    problems: verdict.problems,
    revocation: verdict.revocation.map(finding),
    unreadable,
  };
}

function describe(certificate: Certificate): object {
  return {
    subject: nameText(certificate.subject),
    issuer: nameText(certificate.issuer),
    serialNumber: certificate.serialHex,
    notBefore: iso(certificate.notBefore),
    notAfter: iso(certificate.notAfter),
    sha256: toHex(digestOf(nodeCrypto, 'SHA-256', certificate.raw)),
  };
}

function finding(one: RevocationFinding): object {
  return {
    status: one.status,
    source: one.source ?? null,
    revokedAt: one.revokedAt === undefined ? null : iso(one.revokedAt),
    why: one.why ?? [],
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
