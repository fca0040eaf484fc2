import type { ComingJob, Decision, Outcome, PresentedJob, Prompt } from './prompt.ts';

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
  readonly #coming = new Map<string, { job: ComingJob; checked: number }>();
  readonly #outcomes: Outcome[] = [];
  readonly #listeners = new Set<() => void>();
  #head: PageHead;
  #revision = 1;
  #onQuestion: () => void = () => {};

  constructor(head: PageHead) {
    this.#head = head;
  }

  coming(job: ComingJob, checked: number): void {
    if (this.#waiting.has(job.jti)) return;
    const first = !this.#coming.has(job.jti);
    this.#coming.set(job.jti, { job, checked });
    this.#changed();
    // Who waits for a hundred letters sees that they come.
    if (first) this.#onQuestion();
  }

  ask(job: PresentedJob, signal: AbortSignal): Promise<Decision> {
    return new Promise((resolve, reject) => {
      const takeBack = () => {
        this.#waiting.delete(job.jti);
        this.#changed();
        reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
      };
      this.#coming.delete(job.jti);
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
        ...(job.heading === undefined ? {} : { heading: job.heading }),
        summary: job.summary.map(({ label, value, told }) => ({ label, value: plain(value), told: told === true })),
        expiresAt: job.claims.exp * 1000,
        documents: job.documents.map(({ index, title, fileName, size, pages }) => ({
          ...{ index, title: plain(title), fileName: plain(fileName), size },
          ...(pages === undefined ? {} : { pages }),
        })),
        certificate: job.certificate,
        condition: job.condition,
        practice: job.practice,
        wrongPins: job.wrongPins,
      })),
      coming: [...this.#coming.values()].map(({ job, checked }) => ({
        ...{ jti: job.jti, items: job.items, batch: job.batch, act: job.claims.act, checked, total: job.total },
        ...{ person: plain(job.claims.person), origin: job.claims.origin, comparisonCode: job.claims.comparisonCode },
        expiresAt: job.claims.exp * 1000,
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
    if (order !== undefined) {
      const [came, asked] = [this.#coming.delete(order), this.#waiting.delete(order)];
      if (!came && !asked) return Promise.resolve();
    }
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
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd');
}
