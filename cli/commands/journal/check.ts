import { readFileSync } from 'node:fs';
import { checkCopy } from '@antin/adapters/journal/check-copy';
import { headsOf, proofHolds } from '@antin/adapters/journal/check-proof';
import { JournalFault } from '@antin/adapters/journal/fault';
import { JournalProof } from '@antin/protocol/journal/proof';
import { stat } from '../validate-inputs.ts';
import { judgeHead, type HeadTrust, type JudgedHead } from './judge-head.ts';

/** The answer of `antin journal check`, as JSON prints it. */
export interface JournalAnswer {
  readonly subject: 'entry' | 'growth' | 'copy';
  readonly verdict: 'valid' | 'invalid' | 'indeterminate';
  /** Stable code of what is wrong, null when nothing is. */
  readonly code: string | null;
  readonly heads: readonly JudgedHead[];
  /** The proven entry, as it was written. */
  readonly entry?: unknown;
  readonly leafIndex?: number;
  readonly entries?: number;
  /** Where a copy breaks, or is vouched for no more. */
  readonly brokenAt?: number;
}

/** Checks a proof file, or a whole copy of a journal, without asking anybody. @throws {JournalFault} */
export function checkJournal(path: string, trust: HeadTrust): JournalAnswer {
  return stat(path).isDirectory() ? checkFolder(path, trust) : checkProof(readProof(path), trust);
}

function checkFolder(folder: string, trust: HeadTrust): JournalAnswer {
  const finding = checkCopy(folder);
  if (finding.status === 'broken') {
    return { subject: 'copy', verdict: 'invalid', code: finding.code, heads: [], brokenAt: finding.at };
  }
  const { entries } = finding;
  const judged = ofHeads(finding.newest === undefined ? [] : [judgeHead(finding.newest, trust)]);
  if (finding.status === 'whole' || judged.verdict !== 'valid') return { subject: 'copy', ...judged, entries };
  // A crash between entries and head leaves some honestly; a forger adds some just as easily.
  const code = finding.newest === undefined ? 'journal.no-head' : 'journal.entries-without-head';
  return { ...{ subject: 'copy', heads: judged.heads, verdict: 'indeterminate', code }, entries, brokenAt: finding.signed };
}

function checkProof(proof: JournalProof, trust: HeadTrust): JournalAnswer {
  const about =
    proof.type === 'antin.journal-entry-proof'
      ? ({ subject: 'entry', leafIndex: proof.leafIndex, entry: entryOf(proof.entry) } as const)
      : ({ subject: 'growth' } as const);
  const heads = headsOf(proof).map((head) => judgeHead(head, trust));
  if (!proofHolds(proof)) return { ...about, verdict: 'invalid', code: 'journal.proof-does-not-hold', heads };
  return { ...about, ...ofHeads(heads) };
}

function ofHeads(heads: readonly JudgedHead[]): Pick<JournalAnswer, 'verdict' | 'code' | 'heads'> {
  const worst = heads.find((head) => head.verdict === 'invalid') ?? heads.find((head) => head.verdict !== 'valid');
  return { verdict: worst?.verdict ?? 'valid', code: worst?.code ?? null, heads };
}

function entryOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const LARGEST = 4 << 20;

export function readProof(path: string): JournalProof {
  const bytes = readFileSync(path);
  if (bytes.length > LARGEST) throw new JournalFault('journal.proof-damaged', `${path} is too large to be a proof`);
  try {
    return JournalProof.parse(JSON.parse(bytes.toString('utf8')));
  } catch (cause) {
    throw new JournalFault('journal.proof-damaged', `${path} is no proof of a journal`, { cause });
  }
}
