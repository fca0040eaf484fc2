import { fromHex, toBase64 } from '@antin/formats/bytes/text-encodings';
import { element } from '@antin/formats/xml/write';
import type { Markup } from '@antin/formats/xml/write';
import { digestMethodUri } from '../xmldsig/algorithms.ts';
import { detail } from './detailed.ts';
import type { CheckReport, SignatureDetail } from './detailed.ts';
import type { CertificateFacts, RevocationFacts, TimeStampFacts } from './facts.ts';
import { valueOf } from './facts.ts';
import type { ValidationOutcome } from './outcome.ts';
import type { ValidationPolicy } from './policy.ts';
import type { Settled } from './settled.ts';
import type { Finding } from './types.ts';

const VR = 'http://uri.etsi.org/19102/v1.4.1#';
const URN = 'urn:etsi:019102';
const PROCESS = `${URN}:validationprocess`;
/** Codes of checks and findings are ours; the standard leaves room for such identifiers. */
const OWN = 'urn:antin';

/**
 * The report of ETSI TS 119 102-2 (schema 1.4.1) as XML text: one SignatureValidationReport for each signature that was settled, with
 * every check as a constraint, and the objects they rest on by digest. Not signed; whoever publishes it may sign it (enveloped).
 *
 * @returns undefined where the file carries no signature: the standard has no report for that
 */
export function etsiReport(outcome: ValidationOutcome, policy: ValidationPolicy, at: number): string | undefined {
  const { settled, report } = outcome;
  if (settled.length === 0) return undefined;
  const objects = new Objects();
  const document = objects.add('signedData', report.sha256);
  const reports = settled.map((one) => signatureReport(one, detail(one, policy, at), policy, at, document, objects));
  const root = element(
    'ValidationReport',
    { xmlns: VR, 'xmlns:XAdES': 'http://uri.etsi.org/01903/v1.3.2#', 'xmlns:ds': 'http://www.w3.org/2000/09/xmldsig#' },
    ...reports,
    objects.list(),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root.xml}\n`;
}

function signatureReport(
  settled: Settled,
  detailed: SignatureDetail,
  policy: ValidationPolicy,
  at: number,
  document: string,
  objects: Objects,
): Markup {
  const { facts, conclusion } = settled;
  const { best } = conclusion;
  const stamps = facts.timeStamps.map((one) => objects.add('timestamp', one.sha256));
  const proving = facts.timeStamps.findIndex((one) => best.proven && one.genTime === best.time);
  const poe = [
    element('POETime', {}, iso(best.time)),
    element('TypeOfProof', {}, `${URN}:poetype:validation`),
    ...(stamps[proving] === undefined ? [] : [element('POEObject', { VOReference: stamps[proving] })]),
  ];
  const claimed = facts.pdf?.dictionaryTime ?? valueOf(facts)?.signingTime ?? null;
  const attributes = [
    ...(claimed === null ? [] : [element('SigningTime', { Signed: 'true' }, element('Time', {}, iso(claimed)))]),
    ...facts.timeStamps.flatMap((one, i) => stampAttribute(one, stamps[i] as string)),
  ];
  const signer = facts.signer === null ? undefined : objects.certificate(facts.signer);
  return element(
    'SignatureValidationReport',
    {},
    element(
      'SignatureIdentifier',
      { id: ncName(facts.id) },
      element('HashOnly', {}, 'false'),
      element('DocHashOnly', {}, 'false'),
      element('DAIdentifier', {}, legal(facts.pdf?.field ?? facts.id)),
    ),
    constraintsOf(detailed, policy),
    element('ValidationTimeInfo', {}, element('ValidationTime', {}, iso(at)), element('BestSignatureTime', {}, ...poe)),
    element('SignersDocument', {}, element('SignersDocumentRepresentation', { VOReference: document })),
    ...(attributes.length === 0 ? [] : [element('SignatureAttributes', {}, ...attributes)]),
    ...(signer === undefined || facts.signer === null
      ? []
      : [
          element(
            'SignerInformation',
            {},
            element('SignerCertificate', { VOReference: signer }),
            element('Signer', {}, legal(facts.signer.subject)),
          ),
        ]),
    element('SignatureValidationProcess', {}, element('SignatureValidationProcessID', {}, processOf(settled))),
    statusOf(settled, objects),
  );
}

/** Which process of EN 319 102-1 was needed: basic (§5.3), with time (§5.5), with archival data (§5.6). */
function processOf({ facts }: Settled): string {
  const kinds = new Set(facts.timeStamps.map((one) => one.kind));
  if (kinds.has('archive-time-stamp') || kinds.has('document-time-stamp')) return `${PROCESS}:LTA`;
  return kinds.has('signature-time-stamp') ? `${PROCESS}:LTVM` : `${PROCESS}:Basic`;
}

const STAMP_ELEMENT: Readonly<Record<TimeStampFacts['kind'], string>> = {
  'signature-time-stamp': 'SignatureTimeStamp',
  'document-time-stamp': 'DocTimeStamp',
  'content-time-stamp': 'AllDataObjectsTimeStamp',
  'archive-time-stamp': 'ArchiveTimeStamp',
};

function stampAttribute(stamp: TimeStampFacts, reference: string): Markup[] {
  if (stamp.genTime === null) return [];
  const value = element('TimeStampValue', {}, iso(stamp.genTime));
  return [element(STAMP_ELEMENT[stamp.kind], {}, element('AttributeObject', { VOReference: reference }), value)];
}

function constraintsOf(detailed: SignatureDetail, policy: ValidationPolicy): Markup {
  return element(
    'ValidationConstraintsEvaluationReport',
    {},
    element(
      'SignatureValidationPolicy',
      {},
      element('SignaturePolicyIdentifier', {}, element('XAdES:SignaturePolicyImplied', {})),
      element('PolicyName', {}, legal(policy.name)),
    ),
    ...detailed.checks.filter((one) => one.status !== 'not-applicable').map(constraint),
  );
}

function constraint(check: CheckReport): Markup {
  const ignored = check.status === 'ignored';
  const main = check.status === 'failed' ? 'failed' : 'passed';
  return element(
    'ValidationConstraint',
    {},
    element('ValidationConstraintIdentifier', {}, `${OWN}:check:${check.id}`),
    element('ConstraintStatus', {}, element('Status', {}, `${URN}:constraintStatus:${ignored ? 'disabled' : 'applied'}`)),
    ...(ignored
      ? []
      : [
          element(
            'ValidationStatus',
            {},
            element('MainIndication', {}, `${URN}:mainindication:${main}`),
            ...check.findings.map(reportData),
          ),
        ]),
  );
}

function reportData(finding: Finding): Markup {
  const data = element(
    'ReportData',
    {},
    element('Type', {}, `${OWN}:finding:${finding.code}`),
    element('Value', {}, legal(`${finding.message} [${finding.clause}]`)),
  );
  return element('AssociatedValidationReportData', {}, element('AdditionalValidationReportData', {}, data));
}

function statusOf({ facts, conclusion }: Settled, objects: Objects): Markup {
  const trust = conclusion.best.proven ? (facts.trustAtPoe ?? facts.trust) : facts.trust;
  const [leaf, ...issuers] = trust?.chain ?? [];
  const anchor = issuers.at(-1);
  const chain =
    leaf === undefined
      ? []
      : [
          element(
            'CertificateChain',
            {},
            element('SigningCertificate', { VOReference: objects.certificate(leaf) }),
            ...issuers.slice(0, -1).map((one) => element('IntermediateCertificate', { VOReference: objects.certificate(one) })),
            ...(anchor === undefined ? [] : [element('TrustAnchor', { VOReference: objects.certificate(anchor) })]),
          ),
        ];
  const revoked = (trust?.revocation ?? []).findIndex((one) => one.status === 'revoked' && one.revokedAt !== null);
  const information = revocation(trust?.revocation[revoked], trust?.chain[revoked], objects);
  const errors = conclusion.errors.map(reportData);
  const data = [...chain, ...information];
  return element(
    'SignatureValidationStatus',
    {},
    element('MainIndication', {}, `${URN}:mainindication:${conclusion.indication.toLowerCase().replace('_', '-')}`),
    ...(conclusion.subIndication === null
      ? []
      : [element('SubIndication', {}, `${URN}:subindication:${conclusion.subIndication}`)]),
    ...(data.length === 0 ? [] : [element('AssociatedValidationReportData', {}, ...data)]),
    ...errors,
  );
}

/** CRLReason (RFC 5280 §5.3.1) as TS 119 102-2 spells it. */
const REASONS: Readonly<Record<number, string>> = {
  0: 'unspecified',
  1: 'keyCompromise',
  2: 'cACompromise',
  3: 'affiliationChanged',
  4: 'superseded',
  5: 'cessationOfOperation',
  6: 'certificateHold',
  8: 'removeFromCRL',
  9: 'privilegeWithdrawn',
  10: 'aACompromise',
};

function revocation(found: RevocationFacts | undefined, of: CertificateFacts | undefined, objects: Objects): Markup[] {
  if (found === undefined || of === undefined || found.revokedAt === null) return [];
  const reason = REASONS[found.reason ?? 0] ?? 'unspecified';
  return [
    element(
      'RevocationStatusInformation',
      {},
      element('ValidationObjectId', { VOReference: objects.certificate(of) }),
      element('RevocationTime', {}, iso(found.revokedAt)),
      element('RevocationReason', {}, `${URN}:revocationReason:${reason}`),
    ),
  ];
}

/** Validation objects, each once, known by what they are and by their SHA-256. */
class Objects {
  readonly #known = new Map<string, Markup>();

  certificate(facts: CertificateFacts): string {
    return this.add('certificate', facts.sha256);
  }

  /** @param sha256 hexadecimal; an object that could not be read has none and is referred to by name alone */
  add(type: 'certificate' | 'timestamp' | 'signedData', sha256: string): string {
    const id = `${type}-${sha256 === '' ? 'unreadable' : sha256}`;
    if (!this.#known.has(id)) {
      const digest = [
        element('ds:DigestMethod', { Algorithm: digestMethodUri('SHA-256') }),
        element('ds:DigestValue', {}, toBase64(fromHex(sha256))),
      ];
      this.#known.set(
        id,
        element(
          'ValidationObject',
          { id },
          element('ObjectType', {}, `${URN}:validationObject:${type}`),
          element('ValidationObjectRepresentation', {}, element('DigestAlgAndValue', {}, ...digest)),
        ),
      );
    }
    return id;
  }

  list(): Markup {
    return element('SignatureValidationObjects', {}, ...this.#known.values());
  }
}

/** xs:ID allows no slashes and no leading digits; file names in a container have both. */
function ncName(id: string): string {
  return `s-${id.replace(/[^\w.-]/g, '_')}`;
}

/** What XML cannot carry is shown as the replacement character; a name must not be able to spoil the report. */
function legal(text: string): string {
  // oxlint-disable-next-line no-control-regex -- exactly the characters XML forbids
  return text.toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd');
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
