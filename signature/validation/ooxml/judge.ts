import type { ByteSource } from '@antin/formats/bytes/source';
import { FormatFault } from '@antin/formats/fault';
import type { ZipBudget } from '@antin/formats/zip/reader';
import { SignatureFault } from '../../fault.ts';
import type { OoxmlPackage } from '../../ooxml/package.ts';
import { openOoxml } from '../../ooxml/package.ts';
import { signatureParts } from '../../ooxml/signature-parts.ts';
import { JUDGING_BUDGET, UNDECIDED, noInflate } from '../asic/parts.ts';
import { LimitReached } from '../limits.ts';
import { pdfOutside } from '../second-format.ts';
import { settle } from '../settle.ts';
import type { Sources } from '../sources.ts';
import type { Finding, SignatureReport } from '../types.ts';
import { outsideContent } from './outside.ts';
import { judgePart, unread } from './judge-part.ts';

export interface JudgedOoxml {
  readonly format: 'OOXML';
  readonly signatures: readonly SignatureReport[];
  readonly errors: readonly Finding[];
  readonly doubts: readonly Finding[];
  readonly warnings: readonly Finding[];
}

const NONE = { format: 'OOXML', signatures: [], errors: [], doubts: [], warnings: [] } as const;

/**
 * Judges an Office file: the package itself, every signature in it over the parts and relationships it names, and what of the
 * document a signature leaves out.
 *
 * @param looksSigned whether the archive names signature parts, for one that cannot be opened
 * @see ECMA-376 Part 2 §13; [MS-OFFCRYPTO] 2.5.2
 */
export function judgeOoxml(source: ByteSource, sources: Sources, looksSigned: boolean): JudgedOoxml {
  const { inflateRaw = noInflate } = sources.context;
  const { limits } = sources.policy;
  let file: OoxmlPackage;
  let parts: ReturnType<typeof signatureParts>;
  try {
    file = openOoxml(source, { inflateRaw, budget: budgetFor(source.size) });
    parts = signatureParts(file);
  } catch (fault) {
    if (!(fault instanceof FormatFault) && !(fault instanceof SignatureFault)) throw fault;
    return refused(fault, looksSigned, sources);
  }
  if (parts.length > limits.signatures) throw new LimitReached('signatures', limits.signatures);
  const signatures: SignatureReport[] = [];
  const doubts: Finding[] = [];
  for (const part of parts) {
    if (part.entry.size > limits.cmsBytes) throw new LimitReached('signature-file', limits.cmsBytes);
    const judged = judgePart(file, part, `signature-${signatures.length + 1}`, sources);
    signatures.push(judged.report);
    doubts.push(...judged.doubts);
  }
  const stranger = signatures.length === 0 ? undefined : pdfOutside(file.zip, ({ name }) => isCovered(name, signatures));
  if (stranger !== undefined) {
    const message = `the file is a PDF as well, by what stands at byte ${stranger} and no signature covers`;
    doubts.push({ code: 'ooxml.two-formats', clause: 'ECMA-376 Part 2 10', message });
  }
  const outside = signatures.length === 0 ? { doubts: [], warnings: [] } : outsideContent(file);
  return { ...NONE, signatures, doubts: [...doubts, ...outside.doubts], warnings: outside.warnings };
}

function isCovered(name: string, signatures: readonly SignatureReport[]): boolean {
  return signatures.every(({ covers = [] }) => covers.some((one) => one.name === name && one.intact === true));
}

/** Text packs well, and nobody needs more than this: every part is unpacked and digested. */
function budgetFor(size: number): ZipBudget {
  return { ...JUDGING_BUDGET, totalBytes: Math.min(JUDGING_BUDGET.totalBytes, (128 << 20) + 50 * size) };
}

/** The package is not what every reader would see alike. Signed or not, it never passes. */
function refused({ code, message, ...fault }: FormatFault | SignatureFault, signed: boolean, sources: Sources): JudgedOoxml {
  const offset = 'offset' in fault && typeof fault.offset === 'number' ? { offset: fault.offset } : {};
  const finding: Finding = { code, clause: 'ECMA-376 Part 2 9 and 10', message, ...offset };
  if (!signed || code === 'ooxml.too-large' || UNDECIDED.has(code)) return { ...NONE, doubts: [finding] };
  const report = settle(unread('signature-1', [finding]), sources, () => ({ level: null, levelFailures: [] }));
  return { ...NONE, signatures: [report] };
}
