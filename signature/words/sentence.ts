import { countersigns, coversApart } from '../validation/covers-apart.ts';
import type { CoveredPart, SignatureReport, SignerReport, ValidationReport } from '../validation/types.ts';
import type { Answer, Catalogue, DirectoryAnswer, Language, ReasonFacts, Sentence, Tone, Who } from './catalogue.ts';
import { EN } from './en.ts';
import { printable } from './printable.ts';
import { VI } from './vi.ts';

const CATALOGUES: Readonly<Record<Language, Catalogue>> = { vi: VI, en: EN };

/**
 * The words of a report: pure, from codes. Yellow is not red: what could not be checked is said with the next step, and an
 * unknown issuer is never called invalid (platform.md §7).
 */
export function sentenceFor(report: ValidationReport, language: Language, directory?: DirectoryAnswer): Sentence {
  const words = CATALOGUES[language];
  const { verdict } = report;
  const answers = answersFor(report, words, directory);
  if (verdict === 'unsigned') {
    return { tone: 'neutral', heading: words.unsigned(), next: words.unsignedNext(), answers };
  }
  if (verdict === 'valid') {
    const inForce = directory?.inForce;
    if (inForce === 'replaced') return { tone: 'doubt', heading: words.replaced(directory?.replacedBy ?? ''), answers };
    if (inForce === 'recalled') return { tone: 'doubt', heading: words.recalled(), answers };
    const who = whoOf(report, words, directory);
    const all = who.unsignedFields.length === 0 && who.parts.length === 0 && who.apart.length === 0;
    return {
      tone: all ? 'good' : 'doubt',
      heading: report.format === 'S/MIME' ? words.validMail(who) : words.valid(who),
      answers,
    };
  }
  const deciding = report.signatures.find((one) => one.id === report.decidedBySignature);
  const key = reasonKey(report, deciding);
  const facts: ReasonFacts = {
    when: deciding?.decidedAt === undefined ? '' : vietnamTime(deciding.decidedAt),
    signer: nameOf(deciding?.signer ?? null),
    issuer: issuerName(deciding?.signer ?? null),
    detail: report.decidedBy ?? '',
  };
  const reason = words.reasons[key]?.(facts) ?? words.otherReason(report.decidedBy ?? key);
  const next = words.next[key];
  const heading = verdict === 'invalid' ? words.invalid(reason) : words.indeterminate(reason);
  return { tone: verdict === 'invalid' ? 'bad' : 'doubt', heading, ...(next === undefined ? {} : { next }), answers };
}

/** The catalogue's key: the deciding check itself where it has words, else its sub-indication. */
function reasonKey(report: ValidationReport, deciding: SignatureReport | undefined): string {
  const code = report.decidedBy ?? '';
  if (Object.hasOwn(EN.reasons, code)) return code;
  const area = `${code.split('.')[0] ?? ''}.*`;
  const sub = deciding?.subIndication ?? '';
  if (sub !== 'FORMAT_FAILURE' && sub !== 'SIG_CONSTRAINTS_FAILURE' && Object.hasOwn(EN.reasons, sub)) return sub;
  if (Object.hasOwn(EN.reasons, area)) return area;
  return Object.hasOwn(EN.reasons, sub) ? sub : code;
}

function whoOf(report: ValidationReport, words: Catalogue, directory: DirectoryAnswer | undefined): Who {
  const unique = (names: readonly string[]): string[] => [...new Set(names)];
  const own = report.signatures.filter((one) => !countersigns(one));
  return {
    persons: unique(own.filter((one) => one.signer?.seal === false).map((one) => titled(one, directory))),
    seals: unique(own.filter((one) => one.signer?.seal === true).map((one) => nameOf(one.signer))),
    authorityChecked: directory?.authorityChecked ?? false,
    unsignedFields: unsignedFields(report),
    parts: signedParts(report),
    apart: coversApart(report.signatures).map(({ signature, parts }) => ({
      who: signature.signer?.seal === false ? titled(signature, directory) : nameOf(signature.signer),
      parts: fewOf(parts.map((one) => partName(one, words))),
    })),
  };
}

/** In quotation marks, because a file may be named "x; An signed y". */
function partName({ kind, name }: CoveredPart, words: Catalogue): string {
  return kind === 'document' ? words.wholeDocument() : kind === 'file' ? `“${printable(name)}”` : printable(name);
}

const FEW = 5;

/** A sentence is no list: of many names the first few. */
function fewOf(names: readonly string[]): readonly string[] {
  return names.length <= FEW ? names : [...names.slice(0, FEW), '…'];
}

const PARTLY: ReadonlySet<string | null> = new Set([
  'xml.unsigned-content',
  'xml.unsigned-object',
  'asic.not-covered',
  'ooxml.not-covered',
]);

/** Where every signature covers parts only: which. One over the whole file speaks for all of it. */
function signedParts({ format, signatures }: ValidationReport): string[] {
  // Names inside an Office file say nothing to people.
  if (format === 'OOXML' || signatures.some((one) => one.coverage !== 'part')) return [];
  const parts = signatures.flatMap((one) => one.covers ?? []).filter((one) => one.kind !== 'signature');
  return [...new Set(parts.map((one) => printable(one.name)))];
}

function unsignedFields(report: ValidationReport): string[] {
  const signedUpTo = Math.max(0, ...report.signatures.map((one) => one.revision ?? 0));
  const changes = report.signatures.flatMap((one) => one.changes);
  return [
    ...new Set(
      changes.filter((one) => one.class === 'form-fill' && one.revision > signedUpTo).map((one) => printable(one.field ?? '')),
    ),
  ];
}

function answersFor(report: ValidationReport, words: Catalogue, directory: DirectoryAnswer | undefined): Sentence['answers'] {
  return {
    changed: changedAnswer(report, words),
    signed: signedAnswer(report, words, directory),
    sealed: sealedAnswer(report, words),
    inForce: inForceAnswer(words, directory),
  };
}

function changedAnswer(report: ValidationReport, words: Catalogue): Answer {
  if (report.verdict === 'unsigned') return { tone: 'neutral', text: words.changed.unsigned() };
  const { signatures } = report;
  const subs = signatures.map((one) => one.subIndication);
  if (report.errors.length > 0 && report.verdict === 'invalid') return { tone: 'bad', text: words.changed.yes() };
  if (signatures.some((one) => one.changes.some((change) => !change.allowed) && one.indication === 'TOTAL_FAILED')) {
    return { tone: 'bad', text: words.changed.yes() };
  }
  if (subs.includes('HASH_FAILURE')) return { tone: 'bad', text: words.changed.yes() };
  if (subs.includes('FORMAT_FAILURE') || subs.includes('SIG_CRYPTO_FAILURE'))
    return { tone: 'bad', text: words.changed.broken() };
  if (signatures.length === 0 || signatures.some((one) => !one.intact || one.changes.some((change) => !change.allowed))) {
    return { tone: 'doubt', text: words.changed.unknown() };
  }
  const parts = signedParts(report);
  if (parts.length > 0 || PARTLY.has(report.decidedBy)) {
    return { tone: 'doubt', text: words.changed.partly(parts) };
  }
  const names = signatures
    .flatMap((one) => one.changes)
    .flatMap((change) => {
      const name = words.changeNames[change.what]?.(printable(change.field ?? ''));
      return name === undefined ? [] : [name];
    });
  const listed = [...new Set(names)];
  const unsigned = unsignedFields(report);
  if (unsigned.length > 0) return { tone: 'doubt', text: words.changed.unsignedFill(unsigned) };
  return { tone: 'good', text: listed.length === 0 ? words.changed.no() : words.changed.allowed(listed) };
}

function signedAnswer(report: ValidationReport, words: Catalogue, directory: DirectoryAnswer | undefined): Answer {
  const persons = report.signatures.filter((one) => one.signer !== null && !one.signer.seal && !countersigns(one));
  if (persons.length === 0) return { tone: 'neutral', text: words.signed.none() };
  const good = persons.filter((one) => one.indication === 'TOTAL_PASSED');
  if (good.length < persons.length) {
    const names = [...new Set(persons.map((one) => nameOf(one.signer)))];
    return { tone: good.length === 0 ? toneOf(persons) : 'doubt', text: words.signed.onlyClaimed(names) };
  }
  const lines = good.map((one) =>
    words.signed.one(titled(one, directory), timeOf(one), one.bestSignatureTimeFrom === 'time-stamp'),
  );
  const checked = directory?.authorityChecked === true;
  const authority = checked ? words.signed.authorityKnown() : words.signed.authorityUnknown();
  return { tone: checked ? 'good' : 'neutral', text: `${words.and(lines)}. ${authority}` };
}

function sealedAnswer(report: ValidationReport, words: Catalogue): Answer {
  const seals = report.signatures.filter((one) => one.signer?.seal === true && !countersigns(one));
  if (seals.length === 0) return { tone: 'neutral', text: words.sealed.none() };
  if (seals.some((one) => one.indication !== 'TOTAL_PASSED')) {
    return { tone: toneOf(seals), text: words.sealed.onlyClaimed([...new Set(seals.map((one) => nameOf(one.signer)))]) };
  }
  const lines = seals.map((one) => words.sealed.one(nameOf(one.signer), timeOf(one), one.bestSignatureTimeFrom === 'time-stamp'));
  return { tone: 'good', text: `${words.and(lines)}.` };
}

function inForceAnswer(words: Catalogue, directory: DirectoryAnswer | undefined): Answer {
  switch (directory?.inForce) {
    case 'in-force':
      return { tone: 'good', text: words.inForce.yes() };
    case 'replaced':
      return { tone: 'doubt', text: words.inForce.replaced(directory.replacedBy ?? '') };
    case 'recalled':
      return { tone: 'bad', text: words.inForce.recalled() };
    default:
      return { tone: 'neutral', text: words.inForce.unknown() };
  }
}

function toneOf(signatures: readonly SignatureReport[]): Tone {
  return signatures.some((one) => one.indication === 'TOTAL_FAILED') ? 'bad' : 'doubt';
}

function titled(one: SignatureReport, directory: DirectoryAnswer | undefined): string {
  const known = directory?.signers?.[one.id];
  const parts = [known?.position ?? one.signer?.title, known?.agency ?? one.signer?.organization];
  const place = parts.flatMap((part) => (part === undefined || part === '' ? [] : [printable(part)])).join(', ');
  return place === '' ? nameOf(one.signer) : `${nameOf(one.signer)} (${place})`;
}

/** Proven time where there is one, else the claimed one: never the moment of judging. */
function timeOf(one: SignatureReport): string {
  if (one.bestSignatureTimeFrom === 'time-stamp') return vietnamTime(one.bestSignatureTime);
  return one.claimedSigningTime === null ? '' : vietnamTime(one.claimedSigningTime);
}

export function nameOf(signer: SignerReport | null): string {
  if (signer === null) return '';
  return printable(signer.commonName ?? signer.organization ?? signer.subject);
}

function issuerName(signer: SignerReport | null): string {
  const match = /(?:^|,)CN=((?:\\.|[^,\\])+)/.exec(signer?.issuer ?? '');
  return printable(match?.[1]?.replace(/\\(.)/g, '$1') ?? signer?.issuer ?? '');
}

/** `dd/MM/yyyy HH:mm` in Vietnam, which has kept UTC+7 without summer time since 1975. */
export function vietnamTime(iso: string): string {
  const local = new Date(Date.parse(iso) + 7 * 3_600_000);
  const two = (n: number): string => String(n).padStart(2, '0');
  const date = `${two(local.getUTCDate())}/${two(local.getUTCMonth() + 1)}/${local.getUTCFullYear()}`;
  return `${date} ${two(local.getUTCHours())}:${two(local.getUTCMinutes())}`;
}
