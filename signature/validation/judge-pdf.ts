import { FormatFault } from '@antin/formats/fault';
import { equalBytes } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import type { ByteSource } from '@antin/formats/bytes/source';
import type { SignedContent } from './cms-facts.ts';
import { openPdf } from '@antin/formats/pdf/file';
import type { PdfFile } from '@antin/formats/pdf/file';
import { isDict, isName, isRef, isString } from '@antin/formats/pdf/objects';
import type { PdfDict } from '@antin/formats/pdf/objects';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import type { SignedData, SignerInfo } from '@antin/pki/cms/signed-data';
import { evidenceIn, openCms } from './cms-container.ts';
import { evidenceComplete } from './cms-evidence.ts';
import type { PlacedStamp } from './cms-evidence.ts';
import type { JudgedChange, PdfFacts, SignatureFacts } from './facts.ts';
import { readSigner } from './judge-cms.ts';
import type { SignerFacts } from './judge-cms.ts';
import type { Covering } from './timed-trust.ts';
import { cmsLevel } from './cms-level.ts';
import { LimitReached } from './limits.ts';
import { readCoverage } from './pdf/byte-range.ts';
import type { CoverageFacts } from './pdf/byte-range.ts';
import { compareRevisions } from './pdf/compare.ts';
import { hasDss, readDss } from './pdf/dss.ts';
import { dynamicContent } from './pdf/dynamic-content.ts';
import { formFields } from './pdf/fields.ts';
import { findSignatures, isDocumentTimeStamp } from './pdf/find-signatures.ts';
import type { FoundSignature } from './pdf/find-signatures.ts';
import { holdAgainst, readPermissions } from './pdf/permissions.ts';
import { changedKeys } from './pdf/semantic.ts';
import { pdfDate, textOf } from './pdf/text.ts';
import { rectOf } from './pdf/widgets.ts';
import { concludeTimeStamp } from './process.ts';
import { settle } from './settle.ts';
import { contentOf } from './signed-content.ts';
import type { Sources } from './sources.ts';
import { addEvidence } from './sources.ts';
import { readTimeStamp, withTrust } from './time-stamps.ts';
import type { Finding, SignatureReport } from './types.ts';

export interface JudgedPdf {
  readonly signatures: readonly SignatureReport[];
  readonly revisions: readonly { readonly end: number }[];
  /** Broken document time-stamps and the like: they make the document invalid though no signature is to blame. */
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
  readonly information: readonly Finding[];
}

interface Opened {
  readonly found: FoundSignature;
  readonly coverage: CoverageFacts;
  readonly timeStamp: boolean;
  readonly faults: readonly Finding[];
  readonly warnings: readonly Finding[];
  readonly notJudged: Finding | null;
  readonly data: SignedData | undefined;
  readonly token: Uint8Array | undefined;
}

const JUDGED_SUB_FILTERS: ReadonlySet<string> = new Set(['ETSI.CAdES.detached', 'adbe.pkcs7.detached']);

/** Judges every signature of a PDF. @throws {FormatFault} from the strict reader, @throws {LimitReached} */
export function judgePdf(source: ByteSource, sources: Sources): JudgedPdf {
  const { context, policy } = sources;
  const file = openPdf(source, { inflate: context.inflate, mode: 'strict', decryption: context.decryption });
  if (file.revisions.length > policy.limits.revisions) throw new LimitReached('revisions', policy.limits.revisions);
  const found = findSignatures(file);
  if (found.length > policy.limits.signatures) throw new LimitReached('signatures', policy.limits.signatures);
  const revisions = file.revisions.map(({ end }) => ({ end }));
  const { warnings, information } = dynamicContent(file.last);
  if (found.length === 0) return { signatures: [], revisions, errors: [], warnings, information };

  const opened = found.map((one) => open(file, one, sources));
  opened.sort((a, b) => order(a) - order(b));
  sources.pass.plan(opened.flatMap((one) => one.coverage.ranges?.[1] ?? []));
  for (const one of opened) if (one.data !== undefined) addEvidence(sources, evidenceIn(one.data));
  if (hasDss(file.last)) addEvidence(sources, readDss(file.last));

  const first = Math.min(...opened.map((one) => one.coverage.revision).filter((index) => index >= 0));
  const steps = first < file.revisions.length - 1 && Number.isFinite(first) ? compareRevisions(file, first, policy.limits) : [];
  const stamps = judgeDocumentTimeStamps(file, opened, sources);
  const ordinary = opened.filter((one) => !one.timeStamp);
  const signatures = ordinary.map((one, i) => judgeOne(file, one, `signature-${i + 1}`, first, steps, stamps, sources));
  if (ordinary.length === 0) signatures.push(...opened.map((one, i) => timeStampOnly(one, i, first, steps, stamps, sources)));
  warnings.push(...unsignedFills(signatures));
  const errors = ordinary.length === 0 ? [] : stamps.flatMap((one) => one.errors);
  return { signatures, revisions, errors, warnings: [...warnings, ...stamps.flatMap((one) => one.warnings)], information };
}

/** Filling a form is allowed to anybody; what no later signature covers is nobody's word, and is said loudly. */
function unsignedFills(signatures: readonly SignatureReport[]): Finding[] {
  const signedUpTo = Math.max(0, ...signatures.map((one) => one.revision ?? 0));
  const fills = signatures.flatMap((one) => one.changes).filter((one) => one.class === 'form-fill' && one.revision > signedUpTo);
  return [...new Set(fills.map((one) => one.field ?? one.object))].map((field) => ({
    code: 'pdf.filled-without-signature',
    clause: 'ISO 32000-2 12.8.2.2',
    message: `field "${field}" was filled after the last signature; no signature covers its value`,
  }));
}

function order(one: Opened): number {
  return one.coverage.revision < 0 ? Number.MAX_SAFE_INTEGER : one.coverage.revision;
}

function open(file: PdfFile, found: FoundSignature, sources: Sources): Opened {
  const faults: Finding[] = [...found.faults];
  const { dict } = found;
  const nothing = dict.entries.size === 0;
  const coverage: CoverageFacts = nothing
    ? { ranges: null, revision: -1, coverage: 'broken', faults: [] }
    : readCoverage(file, dict);
  faults.push(...coverage.faults);
  if (coverage.revision >= 0) faults.push(...identity(file, found, coverage.revision));
  const timeStamp = isDocumentTimeStamp(dict);
  const subFilter = dict.entries.get('SubFilter');
  let notJudged: Finding | null = null;
  const contents = dict.entries.get('Contents');
  let data: SignedData | undefined;
  let token: Uint8Array | undefined;
  const warnings: Finding[] = [];
  const judgedHandler = timeStamp || (isName(subFilter) && JUDGED_SUB_FILTERS.has(subFilter.value));
  if (!nothing && !judgedHandler) {
    const name = isName(subFilter) ? subFilter.value : 'none';
    notJudged = {
      code: 'pdf.sub-filter-not-judged',
      clause: 'ISO 32000-2 12.8.3',
      message: `a signature is present whose handler this engine does not judge (/SubFilter ${name})`,
    };
  }
  if (isString(contents) && contents.bytes.length > 0) {
    if (contents.bytes.length > sources.policy.limits.cmsBytes)
      throw new LimitReached('cms-bytes', sources.policy.limits.cmsBytes);
    const cms = openCms(contents.bytes, true);
    // Whoever names a handler nobody knows does not escape the hash; only a value that is no CMS is left alone.
    if (judgedHandler || cms.data !== undefined) faults.push(...cms.faults);
    warnings.push(...cms.warnings);
    data = cms.data;
    token = cms.data?.raw;
  }
  const offset = placeOf(file, found);
  const placed = faults.map((one) => (one.offset === undefined && offset !== undefined ? { ...one, offset } : one));
  return { found, coverage, timeStamp, faults: placed, warnings, notJudged, data, token };
}

/** Where the signature dictionary stands, or else its field: a fault names the byte to look at. */
function placeOf(file: PdfFile, { num, field }: FoundSignature): number | undefined {
  for (const one of [num, field?.num ?? 0]) {
    const place = one === 0 ? undefined : file.last.location(one);
    if (place !== undefined) return place.start;
  }
  return undefined;
}

/**
 * The dictionary must be the same, key by key, in the revision it closes and in the last one, and be the value of a field
 * there already (dictionary spoofing: another /Reason, /Name or /M shown under an old signature value).
 */
function identity(file: PdfFile, found: FoundSignature, index: number): Finding[] {
  const signed = file.revisions[index] as PdfRevision;
  const clause = 'EN 319 142-1 5.5';
  const { num, field } = found;
  if (signed === file.last || num === 0) return [];
  const direct = field !== undefined && !isRef(field.value);
  const object = signed.object(num);
  const before = direct && isDict(object) ? signed.resolve(object.entries.get('V')) : object;
  if (!isDict(before)) {
    return [
      {
        code: 'pdf.signature-not-in-signed-revision',
        clause,
        message: `object ${num} is not there in the revision it claims to sign`,
      },
    ];
  }
  const keys = changedKeys(signed, before, file.last, found.dict);
  if (keys.length > 0 || moved(before, found.dict)) {
    const message = `the signature dictionary ${num} was replaced after signing (${keys.map((key) => `/${key}`).join(' ') || 'moved'})`;
    return [{ code: 'pdf.signature-dictionary-changed', clause, message }];
  }
  if (field === undefined) return [];
  const known = formFields(signed).some(
    (one) => one.type === 'Sig' && (isRef(one.value) ? one.value.num === num : one.num === num),
  );
  return known
    ? []
    : [{ code: 'pdf.signature-not-in-form', clause, message: `object ${num} was no field's value when it was signed` }];
}

function moved(a: PdfDict, b: PdfDict): boolean {
  const x = a.entries.get('Contents');
  const y = b.entries.get('Contents');
  return !isString(x) || !isString(y) || x.start !== y.start || x.end !== y.end;
}

interface JudgedStamp extends PlacedStamp {
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
}

/** Newest first: what a later time-stamp proves about time is the moment for which an older one must stand (POE). */
function judgeDocumentTimeStamps(file: PdfFile, opened: readonly Opened[], sources: Sources): JudgedStamp[] {
  const { at, door } = sources.context;
  const out: JudgedStamp[] = [];
  let control = at;
  for (const one of [...opened].reverse()) {
    if (!one.timeStamp) continue;
    const { ranges } = one.coverage;
    if (ranges === null || one.token === undefined || one.faults.length > 0) {
      const errors = one.faults.map((fault) => ({ ...fault, message: `document time-stamp: ${fault.message}` }));
      out.push({
        facts: unreadable(one, control),
        passed: false,
        revision: one.coverage.revision,
        data: one.data,
        errors,
        warnings: [],
      });
      continue;
    }
    const [, b, c, d] = ranges;
    const content = contentOf(
      file.source,
      [
        [0, b],
        [c, d],
      ],
      door,
      sources.pass,
    );
    const read = readTimeStamp('document-time-stamp', one.token, (digest) => content.digest(digest), sources.pool, door);
    const facts = withTrust(read, control, sources.trustFor('time-stamp'));
    const judged = concludeTimeStamp(facts, sources.policy, at);
    const passed = judged.indication === 'PASSED';
    if (passed) control = Math.min(control, facts.genTime as number);
    const failed = judged.indication === 'FAILED';
    out.push({
      facts,
      passed,
      revision: one.coverage.revision,
      data: one.data,
      errors: failed ? judged.errors : [],
      warnings: failed ? [] : judged.errors,
    });
  }
  return out;
}

function unreadable(one: Opened, controlTime: number): Covering['facts'] {
  return {
    kind: 'document-time-stamp',
    genTime: null,
    digest: null,
    imprintMatches: false,
    faults: one.faults,
    cms: null,
    tsa: null,
    trust: null,
    controlTime,
    sha256: '',
  };
}

function judgeOne(
  file: PdfFile,
  one: Opened,
  id: string,
  first: number,
  steps: readonly (readonly JudgedChange[])[],
  stamps: readonly JudgedStamp[],
  sources: Sources,
): SignatureReport {
  const { revision, ranges } = one.coverage;
  const covering = stamps.filter((stamp) => revision >= 0 && stamp.revision > revision);
  const signer: SignerInfo | undefined = one.data?.signerInfos[0];
  let read: SignerFacts | undefined;
  const faults = [...one.faults];
  if (one.data !== undefined && signer === undefined && one.notJudged === null) {
    faults.push({ code: 'cms.no-signer', clause: 'RFC 5652 5.1', message: 'the CMS carries no signer' });
  }
  if (one.data !== undefined && signer !== undefined) {
    const content = ranges === null ? null : signedContent(file, one, ranges, sources);
    read = guarded(faults, () => readSigner(one.data as SignedData, signer, content, sources, covering));
  }
  const facts: SignatureFacts = {
    id,
    format: isName(one.found.dict.entries.get('SubFilter'), 'ETSI.CAdES.detached') ? 'PAdES' : 'PDF',
    notJudged: one.notJudged,
    formatFaults: faults,
    pdf: pdfFacts(file, one, first, steps),
    cms: read?.cms ?? null,
    xml: null,
    jws: null,
    signer: read?.signer ?? null,
    trust: read?.trust ?? null,
    trustAtPoe: read?.trustAtPoe ?? null,
    timeStamps: read?.timeStamps ?? [],
    warnings: [...one.warnings, ...(read?.warnings ?? [])],
  };
  return settle(facts, sources, (time) => cmsLevel(facts, evidenceComplete(file, one.data, read, time, covering, sources)));
}

/** adbe.pkcs7.sha1 signs the SHA-1 of the ranges, carried as the content of the CMS; everything else signs the ranges. */
function signedContent(
  file: PdfFile,
  one: Opened,
  ranges: NonNullable<CoverageFacts['ranges']>,
  { context: { door }, pass }: Sources,
): SignedContent {
  const first = [0, ranges[1]] as const;
  const second = [ranges[2], ranges[3]] as const;
  const content = contentOf(file.source, [first, second], door, pass);
  const inner = one.data?.eContent;
  if (!isName(one.found.dict.entries.get('SubFilter'), 'adbe.pkcs7.sha1') || inner === undefined) return content;
  if (!equalBytes(content.digest('SHA-1'), inner)) return content;
  return contentOf(memorySource(inner), [[0, inner.length]], door);
}

/** Bytes inside the CMS that break its inner syntax are a format failure of this signature, not of the run. */
function guarded<T>(faults: Finding[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FormatFault)) throw error;
    faults.push({ code: 'cms.unreadable', clause: 'RFC 5652 5.3', message: `${error.code}: ${error.message}` });
    return undefined;
  }
}

function pdfFacts(file: PdfFile, one: Opened, first: number, steps: readonly (readonly JudgedChange[])[]): PdfFacts {
  const { dict, field } = one.found;
  const { revision, coverage } = one.coverage;
  // What a dictionary says is shown only where it is the very one that was signed (dictionary spoofing).
  const genuine = one.faults.length === 0;
  const signed = file.revisions[revision] ?? file.last;
  const text = (key: string): string | null => (genuine ? (textOf(signed.resolve(dict.entries.get(key))) ?? null) : null);
  const name = (key: string): string | null => {
    const value = signed.resolve(dict.entries.get(key));
    return isName(value) ? value.value : null;
  };
  const changes = revision < 0 ? [] : steps.slice(revision - first).flat();
  const permissions = revision < 0 ? { certifies: null, locks: [] } : readPermissions(signed, dict, field);
  return {
    field: field?.fullName ?? null,
    subFilter: name('SubFilter'),
    filter: name('Filter'),
    coverage: one.faults.length > 0 ? 'broken' : coverage,
    revision,
    changes: holdAgainst(changes, permissions),
    hasCert: dict.entries.has('Cert'),
    dictionaryTime: (genuine ? pdfDate(signed.resolve(dict.entries.get('M'))) : undefined) ?? null,
    reason: text('Reason'),
    location: text('Location'),
    certifies: permissions.certifies,
    hasDss: hasDss(file.last),
    widget: widgetOf(signed, one.found),
  };
}

function widgetOf(revision: PdfRevision, found: FoundSignature): PdfFacts['widget'] {
  const widget = found.field?.widgets[0];
  const rect = widget === undefined ? undefined : rectOf(revision, widget.dict.entries.get('Rect'));
  const page = widget?.dict.entries.get('P');
  if (rect === undefined || rect[2] <= rect[0] || rect[3] <= rect[1] || !isRef(page)) return null;
  for (const one of revision.walkPages()) if (one.ref.num === page.num) return { page: one.index + 1, rect };
  return null;
}

/** A file that only carries document time-stamps: nobody signed it, yet it is not "unsigned". */
function timeStampOnly(
  one: Opened,
  i: number,
  first: number,
  steps: readonly (readonly JudgedChange[])[],
  stamps: readonly JudgedStamp[],
  sources: Sources,
): SignatureReport {
  const stamp = stamps[stamps.length - 1 - i];
  const message = 'the file carries a time-stamp of the document; nobody signed it';
  const facts: SignatureFacts = {
    id: `time-stamp-${i + 1}`,
    format: 'PDF',
    notJudged: { code: 'pdf.time-stamp-only', clause: 'EN 319 142-1 5.4.3', message },
    formatFaults: [...one.faults, ...(stamp?.errors ?? [])],
    pdf: {
      field: one.found.field?.fullName ?? null,
      subFilter: 'ETSI.RFC3161',
      filter: null,
      coverage: one.faults.length > 0 ? 'broken' : one.coverage.coverage,
      revision: one.coverage.revision,
      changes: one.coverage.revision < 0 ? [] : steps.slice(one.coverage.revision - first).flat(),
      hasCert: false,
      dictionaryTime: null,
      reason: null,
      location: null,
      certifies: null,
      hasDss: false,
      widget: null,
    },
    cms: null,
    xml: null,
    jws: null,
    signer: null,
    trust: null,
    trustAtPoe: null,
    timeStamps: stamp === undefined ? [] : [stamp.facts],
    warnings: one.warnings,
  };
  return settle(facts, sources, () => ({ level: null, levelFailures: [] }));
}
