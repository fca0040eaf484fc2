import type { FileStore } from '@antin/adapters/files/store';
import type { ExchangeMessage } from '@antin/protocol/exchange/message';
import { namedAsSignature } from './beside.ts';
import { wholeFile, type Judge } from './judge.ts';
import type { Answer, NamedFile } from './question.ts';

type SentFile = ExchangeMessage['document']['files'][number];
type Report = Extract<Answer, { status: 'judged' }>['report'];

/** What is known about one file of a document after all of them were judged. */
export interface ArrivedFile {
  readonly role: 'main' | 'annex';
  readonly name: string;
  /** What the engine says about the file itself; undefined where it is of no format that carries signatures. */
  readonly report: Report | undefined;
  /** It would have cost more than a file may cost. */
  readonly stopped: 'verify.time-over' | 'verify.memory-over' | undefined;
  /** Signature files of the same document that are over this one. */
  readonly signedBy: readonly { readonly name: string; readonly report: Report }[];
  /** A PDF, by its content or by what the sender says. */
  readonly pdf: boolean;
  /** The sender says something about it that its content is not. */
  readonly falseClaim: 'pdf' | 'signature' | undefined;
}

/**
 * Files that are open at the same time. In a document of more, signatures that stand beside their data lack it and do not pass:
 * descriptors are the whole office's.
 */
const MOST_TOGETHER = 200;

/**
 * Judges every file of a document, whatever its format: each by itself, and signatures that stand in files of their own with the file
 * that they are over. A file is what its content says; media type and name are the sender's claims, and a false one is told.
 */
export async function judgeArrival(
  files: readonly SentFile[],
  { judge, open, at }: { readonly judge: Judge; readonly open: FileStore['source']; readonly at: number },
): Promise<readonly ArrivedFile[]> {
  const answers: Answer[] = [];
  for (const [i, one] of files.entries()) {
    const others = files.length > MOST_TOGETHER ? [] : files.filter((_, other) => other !== i);
    using held = new DisposableStack();
    const opened = ({ name, sha256 }: SentFile): NamedFile => ({ name, file: wholeFile(held.use(open(sha256))) });
    answers.push(await judge({ ...opened(one), data: others.map(opened), relation: 'around', at }));
  }
  const judged = answers.map((answer) => (answer.status === 'judged' ? answer : undefined));
  // Positions in `data` leave out the file itself.
  const over = judged.map((one, i) => (one?.over ?? []).map((position) => (position < i ? position : position + 1)));
  return files.map(({ role, name, mediaType }, i) => {
    const report = judged[i]?.report;
    const answer = answers[i] as Answer;
    const signedBy = files.flatMap((other, j) => {
      const its = judged[j]?.report;
      // A list of certificates alone is called the same and signs nothing.
      const signs = its !== undefined && its.verdict !== 'unsigned' && over[j]?.includes(i) === true;
      return signs ? [{ name: other.name, report: its }] : [];
    });
    const isPdf = report?.format === 'PDF' || report?.format === 'PAdES';
    const saidPdf = mediaType.toLowerCase().startsWith('application/pdf') || /\.pdf$/i.test(name);
    const unreadSignature = namedAsSignature(name) && (report === undefined || report.verdict === 'unsigned');
    return {
      ...{ role, name, report, signedBy },
      stopped: answer.status === 'stopped' ? answer.code : undefined,
      pdf: isPdf || saidPdf,
      falseClaim: answer.status === 'stopped' ? undefined : saidPdf && !isPdf ? 'pdf' : unreadSignature ? 'signature' : undefined,
    };
  });
}
