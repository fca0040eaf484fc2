import type { ByteSource } from '@antin/formats/bytes/source';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { FormatFault } from '@antin/formats/fault';
import { activeName } from './active-type.ts';
import { judgeAsic } from './asic/judge.ts';
import { judgeCmsFile } from './judge-file-cms.ts';
import { judgeJson } from './json/judge.ts';
import { judgePdf } from './judge-pdf.ts';
import { judgeMail } from './mail/judge-mail.ts';
import { judgeOoxml } from './ooxml/judge.ts';
import { judgeXmlFile } from './xml/judge-xml.ts';
import { apartFinding } from './covers-apart.ts';
import { unusedData } from './given-data.ts';
import { LimitReached } from './limits.ts';
import type { ValidationOutcome } from './outcome.ts';
import { VIETNAM_POLICY } from './policy.ts';
import { looksSigned, MAX_JSON, recognise } from './recognise.ts';
import type { Container } from './recognise.ts';
import { openSources } from './sources.ts';
import type { Sources } from './sources.ts';
import type {
  Finding,
  Indication,
  SignatureFormat,
  SignatureReport,
  SubIndication,
  ValidationContext,
  ValidationReport,
  Verdict,
} from './types.ts';

/** The file is of no format this engine knows: not a verdict but a refusal. */
export class UnsupportedFile extends Error {
  override readonly name = 'UnsupportedFile';
  readonly code = 'format.unsupported';
}

interface Judged {
  readonly format: SignatureFormat;
  readonly signatures: readonly SignatureReport[];
  readonly revisions?: readonly { readonly end: number }[];
  /** Make the document invalid whatever its signatures say. */
  readonly errors: readonly Finding[];
  /** Keep it from passing. */
  readonly doubts: readonly Finding[];
  readonly warnings: readonly Finding[];
  readonly information?: readonly Finding[];
}

/**
 * Judges all signatures of one file: facts → checks → verdict. Pure: the same bytes, evidence, trust, policy and time give
 * the same report. Fetches nothing; what would help is in `needs`.
 *
 * @throws {UnsupportedFile} when the file is of no format that carries signatures
 */
export function validate(source: ByteSource, context: ValidationContext): ValidationOutcome {
  let sources = openSources(context, source);
  const given = sources.crls.length + sources.ocsps.length;
  let judged = judge(source, sources);
  const more = sources.crls.length + sources.ocsps.length > given;
  // Signatures bring evidence one after the other, and what a later one says about the signer of an earlier one must be heard.
  if (more && judged.signatures.length > 1 && !GATHERED.has(judged.format)) {
    sources = withAll(sources, openSources(context, source));
    judged = judge(source, sources);
  }
  const report = documentReport(source, context, judged, sources);
  const { needs, settled } = sources;
  const material = () => ({
    certificates: sources.pool.all().map((one) => one.raw),
    crls: sources.crls.map((one) => one.raw),
    ocsps: sources.ocsps.map((one) => one.raw),
    timeStampTokens: sources.pool.tokens,
  });
  return { report, needs, settled, material };
}

/** Their evidence is read before the first signature is judged. */
const GATHERED: ReadonlySet<SignatureFormat> = new Set(['PDF', 'CMS', 'S/MIME']);

/** A new beginning with everything that was found. */
function withAll(found: Sources, fresh: Sources): Sources {
  for (const one of found.pool.all()) fresh.pool.addParsed(one);
  fresh.crls.push(...found.crls.filter((one) => !fresh.crls.includes(one)));
  fresh.ocsps.push(...found.ocsps.filter((one) => !fresh.ocsps.includes(one)));
  return fresh;
}

function judge(source: ByteSource, sources: Sources): Judged {
  const container = recognise(source);
  const judged = judgeAs(container, source, sources);
  const { kind } = container;
  const more = [
    ...unusedData(kind, sources.context, judged.signatures),
    ...('office' in container || 'container' in container ? [TWO_FORMATS] : []),
    // What nobody signed is named so, whatever its name.
    ...(judged.signatures.length === 0 ? [] : activeName(kind, sources.context.fileName ?? '')),
  ];
  return { ...judged, doubts: [...judged.doubts, ...more] };
}

const TWO_FORMATS: Finding = {
  code: 'file.two-formats',
  clause: 'EN 319 162-1 A.1; ECMA-376 Part 2 10',
  message: 'the archive is a signed container and an Office file: programs open one or the other, with different signatures',
};

const TEXT_AROUND: Finding = {
  code: 'cms.text-around',
  clause: 'RFC 7468 2',
  message: 'the file says more than the signed data in it: text around the PEM block, or another block',
};

function judgeAs(container: Container, source: ByteSource, sources: Sources): Judged {
  try {
    switch (container.kind) {
      case 'pdf':
        return { format: 'PDF', doubts: [], ...judgePdf(source, sources) };
      case 'cms':
        return {
          ...{ format: 'CMS', errors: [], doubts: container.beside === true ? [TEXT_AROUND] : [] },
          ...judgeCmsFile(container.bytes, sources, container.content),
        };
      case 'json':
        if (container.bytes === undefined) throw new LimitReached('json-bytes', MAX_JSON);
        return { format: 'JWS', errors: [], ...judgeJson(container.bytes, sources) };
      case 'xml':
        return { format: container.format, errors: [], ...judgeXmlFile(source, sources) };
      case 'asic':
        return judgeAsic(source, sources, container.format);
      case 'ooxml':
        return judgeOoxml(source, sources, container.signed);
      case 'mail':
        return judgeMail(source, sources);
      case 'none':
        throw new UnsupportedFile('the file is of no format that carries signatures this engine knows');
    }
  } catch (error) {
    const format = 'format' in container ? container.format : (FORMAT[container.kind] ?? 'PDF');
    if (error instanceof LimitReached) {
      const doubt = { code: `limit.${error.limit}`, clause: 'policy', message: error.message };
      return { format, signatures: [], errors: [], doubts: [doubt], warnings: [] };
    }
    if (!(error instanceof FormatFault)) throw error;
    return unreadable(source, format, error, sources);
  }
}

const FORMAT: Readonly<Record<string, SignatureFormat>> = { cms: 'CMS', json: 'JWS', ooxml: 'OOXML', mail: 'S/MIME' };

/** Faults that say that we could not look, not that the file is wrong. */
const NOT_OUR_VERDICT: ReadonlySet<string> = new Set([
  ...['pdf.budget', 'inflate.budget', 'pdf.encrypted', 'pdf.password-wrong'],
  ...['pdf.encryption-weak', 'pdf.encryption-unsupported'],
]);

/** The strict reader refused the file. Signed or not, it is never repaired and never passes. */
function unreadable(source: ByteSource, format: SignatureFormat, fault: FormatFault, sources: Sources): Judged {
  const offset = fault.offset === undefined ? {} : { offset: fault.offset };
  const finding = { code: fault.code, clause: 'ISO 32000-2 7.5', message: fault.message, ...offset };
  const none = { format, errors: [], doubts: [], warnings: [] };
  const limited = NOT_OUR_VERDICT.has(fault.code);
  if (limited || !looksSigned(source)) return { ...none, signatures: [], doubts: [finding] };
  return { ...none, signatures: [blank('signature-1', 'PDF', 'TOTAL_FAILED', 'FORMAT_FAILURE', finding, sources)] };
}

function blank(
  id: string,
  format: SignatureFormat,
  indication: Indication,
  subIndication: SubIndication,
  finding: Finding,
  sources: Sources,
): SignatureReport {
  return {
    id,
    format,
    level: null,
    levelFailures: [],
    indication,
    subIndication,
    intact: false,
    cryptoValid: false,
    coverage: 'broken',
    changes: [],
    signer: null,
    chain: [],
    revocation: [],
    claimedSigningTime: null,
    bestSignatureTime: new Date(sources.context.at).toISOString(),
    bestSignatureTimeFrom: 'validation-time',
    timestamps: [],
    decidedBy: finding.code,
    errors: [finding],
    warnings: [],
  };
}

const CONTAINERS: ReadonlySet<SignatureFormat> = new Set(['ASiC-E', 'ASiC-S', 'S/MIME']);

/** The one format of all signatures; the plain container where there are none or several kinds. A container or a mail stays what it is. */
function formatOf(judged: Judged): SignatureFormat {
  if (CONTAINERS.has(judged.format)) return judged.format;
  const [first, ...others] = new Set(judged.signatures.map((one) => one.format));
  return first === undefined || others.length > 0 ? judged.format : first;
}

const RANK: Readonly<Record<Indication, number>> = { TOTAL_FAILED: 2, INDETERMINATE: 1, TOTAL_PASSED: 0 };

/** The document is as good as its worst signature, and no better than what was found about the file itself. */
function documentReport(source: ByteSource, context: ValidationContext, judged: Judged, sources: Sources): ValidationReport {
  const { signatures, errors, doubts, information = [] } = judged;
  const worst = signatures.reduce<SignatureReport | undefined>(
    (a, b) => (a === undefined || RANK[b.indication] > RANK[a.indication] ? b : a),
    undefined,
  );
  let verdict: Verdict =
    worst === undefined
      ? 'unsigned'
      : worst.indication === 'TOTAL_PASSED'
        ? 'valid'
        : worst.indication === 'TOTAL_FAILED'
          ? 'invalid'
          : 'indeterminate';
  let decidedBy = worst?.decidedBy ?? null;
  let decidedBySignature = worst?.id ?? null;
  const doubt = doubts[0];
  const error = errors[0];
  if (verdict !== 'invalid' && error !== undefined) {
    verdict = 'invalid';
    decidedBy = error.code;
    decidedBySignature = null;
  } else if (doubt !== undefined && (verdict === 'valid' || verdict === 'unsigned')) {
    verdict = 'indeterminate';
    decidedBy = doubt.code;
    decidedBySignature = null;
  }
  return {
    file: context.fileName ?? '',
    size: source.size,
    sha256: toHex(sources.pass.finish()),
    format: formatOf(judged),
    verdict,
    validationTime: new Date(context.at).toISOString(),
    policy: (context.policy ?? VIETNAM_POLICY).name,
    ...(judged.revisions === undefined ? {} : { revisions: judged.revisions }),
    signatures,
    errors: [...errors, ...doubts],
    warnings: [...judged.warnings, ...apartFinding(signatures), ...sources.warnings],
    ...(information.length === 0 ? {} : { information }),
    decidedBy,
    decidedBySignature,
    needs: sources.needs.map((need) =>
      need.kind === 'certificate' ? `certificate: ${need.issuer}` : `${need.kind}: ${need.serialHex}`,
    ),
  };
}
