import type { Decision, Outcome, PresentedJob, Prompt } from './prompt.ts';

/** What stands above the questions. */
export interface PageHead {
  readonly name: string;
  readonly holder: 'practice' | 'token';
  readonly person?: string;
  readonly origin?: string;
  /** Shown until the person typed it on the office page. */
  readonly userCode?: string;
}

interface Waiting {
  readonly job: PresentedJob;
  state: 'waiting' | 'signing';
  done: number;
  readonly decide: (decision: Decision) => void;
}

const KEPT_OUTCOMES = 120;

/** The questions as the page sees them; knows nothing of HTTP. */
export class PagePrompt implements Prompt {
  readonly #waiting = new Map<string, Waiting>();
  readonly #outcomes: Outcome[] = [];
  readonly #listeners = new Set<() => void>();
  #head: PageHead;
  #revision = 1;
  #onQuestion: () => void = () => {};

  constructor(head: PageHead) {
    this.#head = head;
  }

  ask(job: PresentedJob, signal: AbortSignal): Promise<Decision> {
    return new Promise((resolve, reject) => {
      const takeBack = () => {
        this.#waiting.delete(job.jti);
        this.#changed();
        reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
      };
      if (signal.aborted) return takeBack();
      signal.addEventListener('abort', takeBack, { once: true });
      const decide = (decision: Decision) => {
        signal.removeEventListener('abort', takeBack);
        resolve(decision);
      };
      this.#waiting.set(job.jti, { job, state: 'waiting', done: 0, decide });
      this.#changed();
      this.#onQuestion();
    });
  }

  /** Called for each new question: the page may have to be opened. */
  onQuestion(listener: () => void): void {
    this.#onQuestion = listener;
  }

  /** False when there is no such question any more; a question is decided once. */
  decide(jti: string, decision: Decision): boolean {
    const waiting = this.#waiting.get(jti);
    if (waiting?.state !== 'waiting') return false;
    waiting.state = 'signing';
    this.#changed();
    waiting.decide(decision);
    return true;
  }

  tell(outcome: Outcome): void {
    // A batch stays on the page until the last of its documents is done.
    if (outcome.order === outcome.jti) this.#waiting.delete(outcome.jti);
    this.#outcomes.unshift(outcome);
    this.#outcomes.length = Math.min(this.#outcomes.length, KEPT_OUTCOMES);
    this.#changed();
  }

  progress(order: string, done: number): void {
    const waiting = this.#waiting.get(order);
    if (waiting === undefined) return;
    waiting.done = done;
    this.#changed();
  }

  setHead(head: PageHead): void {
    this.#head = head;
    this.#changed();
  }

  documentPath(jti: string, index: number): string | undefined {
    return this.#waiting.get(jti)?.job.documents[index]?.path;
  }

  view() {
    return {
      revision: this.#revision,
      head: this.#head,
      jobs: [...this.#waiting.values()].map(({ job, state, done }) => ({
        jti: job.jti,
        state,
        done,
        items: job.items,
        batch: job.batch,
        act: job.claims.act,
        person: plain(job.claims.person),
        origin: job.claims.origin,
        comparisonCode: job.claims.comparisonCode,
        summary: job.summary.map(({ label, value }) => ({ label, value: plain(value) })),
        expiresAt: job.claims.exp * 1000,
        documents: job.documents.map(({ index, title, fileName, size }) => ({
          index,
          title: plain(title),
          fileName: plain(fileName),
          size,
        })),
        certificate: job.certificate,
        condition: job.condition,
        practice: job.practice,
        wrongPins: job.wrongPins,
      })),
      outcomes: this.#outcomes,
    };
  }

  /** Resolves when something is newer than `revision`, or after `ms`. */
  changedSince(revision: number, ms: number): Promise<void> {
    if (this.#revision !== revision) return Promise.resolve();
    return new Promise((resolve) => {
      const go = () => {
        clearTimeout(timer);
        this.#listeners.delete(go);
        resolve();
      };
      const timer = setTimeout(go, ms);
      this.#listeners.add(go);
    });
  }

  close(order?: string): Promise<void> {
    if (order !== undefined && !this.#waiting.delete(order)) return Promise.resolve();
    this.#changed();
    return Promise.resolve();
  }

  #changed(): void {
    this.#revision += 1;
    for (const go of this.#listeners) go();
  }
}

/** Marks that turn the direction of writing or are invisible could make one name look like another, or `fdp.exe` like a PDF. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '\ufffd');
}
