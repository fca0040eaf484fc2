import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchItem, JobAnswer } from '@antin/protocol/agent/jobs';
import type { NativePin } from './consent/native-pin.ts';
import type { Decision, PresentedJob, Prompt } from './consent/prompt.ts';
import { takeDocument } from './document-check.ts';
import { AgentFault } from './fault.ts';
import type { AgentFolder } from './folder.ts';
import type { Pairing } from './identity.ts';
import { checkJob } from './job-check.ts';
import type { AgentJournal } from './journal.ts';
import type { HeldCertificate, KeyCondition, KeyHolder } from './keys/holder.ts';
import { Run, unfit } from './order.ts';
import { present } from './present.ts';
import { ServerRefusal, type ServerClient } from './server-client.ts';
import type { Taken } from './taken.ts';

export interface AgentDeps {
  readonly folder: AgentFolder;
  readonly pairing: Pairing;
  readonly client: ServerClient;
  readonly keys: KeyHolder;
  readonly prompt: Prompt;
  readonly journal: AgentJournal;
  /** The desktop's own PIN window, where there is one. */
  readonly pinWindow?: NativePin;
  readonly clock: () => Date;
  /** Stable codes for the terminal; never a PIN, a value or a document. */
  readonly report: (code: string, about?: string) => void;
}

type NotUsed = Extract<JobAnswer, { answer: 'not-used' }>['reason'];

/**
 * Pulls orders from the one paired server, asks the person, uses a key, answers. The order of things is the safety: checked before
 * shown, shown before asked, intent on disk before the key is used, result on disk before it is sent, sent until it was taken.
 */
export class Agent {
  readonly #deps: AgentDeps;
  /** By the number of the order. */
  readonly #active = new Map<string, Run>();
  readonly #delivering = new Set<string>();
  readonly #wrongPins = new Map<string, number>();
  readonly #stopping = new AbortController();
  #operation: Promise<unknown> = Promise.resolve();
  #announced = '';
  readonly #running = new Set<Promise<unknown>>();

  constructor(deps: AgentDeps) {
    this.#deps = deps;
  }

  /**
   * Works until `stop`, or until the server no longer knows this agent.
   *
   * @throws {AgentFault} `agent.unpaired`
   */
  async run(): Promise<void> {
    const { journal, report, folder } = this.#deps;
    // Documents of orders that a killed agent was showing.
    rmSync(folder.file('documents'), { recursive: true, force: true });
    for (const jti of journal.interrupted()) {
      // Died between intent and result: the key may have been used, and nobody can tell any more.
      report('agent.interrupted', jti);
      journal.write({ event: 'result', jti, answer: { answer: 'unknown' } });
    }
    for (const { jti } of journal.undelivered()) this.#deliver(jti);
    // Everything the server has for us, also what an earlier start had fetched already.
    let waitSeconds = 0;
    for (let failures = 0; !this.#stopping.signal.aborted;) {
      try {
        await this.#announce();
        const { jobs, cancel } = await this.#deps.client.jobs(waitSeconds, this.#stopping.signal);
        waitSeconds = 25;
        failures = 0;
        for (const token of jobs) this.#take(token);
        for (const jti of cancel) this.#drop(jti);
        await this.#pause(200);
      } catch (fault) {
        if (this.#stopping.signal.aborted) break;
        if (
          fault instanceof ServerRefusal &&
          (fault.problem === 'device.proof-invalid' || fault.problem === 'device.not-paired')
        ) {
          throw new AgentFault('agent.unpaired', 'the server does not know this agent any more: pair again', { cause: fault });
        }
        report(codeOf(fault));
        failures += 1;
        await this.#pause(Math.min(30_000, 500 * 2 ** Math.min(failures, 6)));
      }
    }
  }

  /** Questions on the screen are taken back without an answer; an operation under way is finished and recorded. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const run of this.#active.values()) run.controller.abort('stopping');
    await Promise.allSettled([...this.#running]);
  }

  async #announce(): Promise<void> {
    const held = await this.#deps.keys.certificates();
    const list = held.map((entry) => entry.id).join(' ');
    if (list === this.#announced) return;
    await this.#deps.client.announce(held.map((entry) => entry.certificate));
    this.#announced = list;
  }

  #take(token: string): void {
    const { pairing, journal, clock, report } = this.#deps;
    const check = checkJob(token, pairing, clock());
    if (check.status === 'ignored') return report(check.code);
    const { order } = check;
    const hash = createHash('sha256').update(token).digest('hex');
    // One jti is one order: the same number with another content is an attempt to have something else signed under it.
    for (const { jti } of order.items) {
      const known = journal.about(jti);
      if (known?.token !== undefined && known.token !== hash) return report('job.replayed', jti);
    }
    const open: BatchItem[] = [];
    for (const item of order.items) {
      const known = journal.about(item.jti);
      if (known?.answer !== undefined) this.#deliver(item.jti);
      else open.push(item);
      if (known === undefined) journal.write({ event: 'seen', jti: item.jti, token: hash });
    }
    if (this.#active.has(order.id) || open.length === 0) return;
    const run = new Run(order, open);
    if (check.status === 'expired') return this.#concludeAll(run, notUsed('expired'));
    this.#active.set(order.id, run);
    this.#background(this.#perform(run).finally(() => this.#active.delete(order.id)));
  }

  /** The server wants an answer and no signature any more. */
  #drop(jti: string): void {
    const { journal } = this.#deps;
    const known = journal.about(jti);
    if (known?.answer !== undefined) return this.#deliver(jti);
    const run = [...this.#active.values()].find((one) => one.has(jti));
    if (run !== undefined) {
      if (run.mayDrop(jti)) this.#conclude(run, jti, notUsed('cancelled'));
      if (run.items.length === 0) run.controller.abort('cancelled');
      return;
    }
    if (known?.intent === true) return;
    journal.write({ event: 'result', jti, answer: notUsed('cancelled') });
    this.#deliver(jti);
  }

  async #perform(run: Run): Promise<void> {
    const { keys, folder, report } = this.#deps;
    const { claims, id } = run.order;
    const { signal } = run.controller;
    const place = folder.file(`documents/${id}`);
    const left = claims.exp * 1000 - this.#deps.clock().getTime();
    const timer = setTimeout(() => run.controller.abort('expired'), Math.max(0, left));
    try {
      const held = (await keys.certificates()).find((entry) => entry.id === claims.credential);
      if (held === undefined) return this.#concludeAll(run, notUsed('no-key'));
      const taken = await this.#gather(run, held, place);
      if (run.items.length === 0) return undefined;
      const condition = await keys.condition(held.id);
      if (condition.blocked !== undefined) {
        report(`key.${condition.blocked}`, id);
        return this.#concludeAll(run, notUsed(condition.blocked === 'absent' ? 'no-key' : 'device-error'), condition.blocked);
      }
      const window = condition.pin === 'screen' ? this.#deps.pinWindow : undefined;
      const asked = window === undefined ? condition : { ...condition, pin: 'window' as const };
      const presented = present(run, taken, {
        ...{ held, condition: asked, practice: keys.kind === 'practice', wrongPins: this.#wrongPins.get(held.id) ?? 0 },
      });
      let decision = await this.#deps.prompt.ask(presented, signal);
      if (decision.decision === 'sign' && window !== undefined) decision = await this.#pinFrom(window, presented, signal);
      if (decision.decision === 'refuse') return this.#concludeAll(run, notUsed('refused'));
      const { pin } = decision;
      await this.#oneAtATime(() => this.#use(run, held, asked, pin));
    } catch (fault) {
      if (!signal.aborted) {
        // Not a word to the server: the order is still open, and it comes again with the next poll.
        report(codeOf(fault), id);
        return undefined;
      }
      if (signal.reason !== 'stopping') this.#concludeAll(run, notUsed(signal.reason === 'expired' ? 'expired' : 'cancelled'));
    } finally {
      clearTimeout(timer);
      rmSync(place, { recursive: true, force: true });
      this.#deps.prompt.close(id);
    }
    return undefined;
  }

  /**
   * Every document of every item, fetched and checked, a few at a time; what is not what the order says leaves it, the others
   * stay. Nobody is asked before all have been looked at.
   */
  async #gather(run: Run, held: HeldCertificate, place: string): Promise<ReadonlyMap<string, readonly Taken[]>> {
    const { client, prompt, report } = this.#deps;
    const { signal } = run.controller;
    const drop = (jti: string, code: string): void => {
      report(code, jti);
      this.#conclude(run, jti, notUsed('mismatch'));
    };
    for (const { jti, code } of unfit(run.order, run.items)) drop(jti, code);
    const all = new Map<string, readonly Taken[]>();
    const items = [...run.items];
    const coming = { jti: run.order.id, claims: run.order.claims, items: items.length, batch: run.order.batch };
    const total = items.reduce((sum, item) => sum + item.documents.length, 0);
    let checked = 0;
    const tell = (n: number): void => (total > 1 ? prompt.coming({ ...coming, total }, n) : undefined);
    const one = async (item: BatchItem): Promise<void> => {
      const taken: Taken[] = [];
      for (const document of item.documents) {
        const { index } = document;
        const origin = {
          document: () => client.document(item.jti, index, signal),
          part: (part: number) => client.part(item.jti, index, part, signal),
        };
        const result = await takeDocument(document, origin, `${place}/${item.jti}-${index}`, held);
        tell((checked += 1));
        if (result.status === 'mismatch') return drop(item.jti, result.code);
        taken.push(result);
      }
      all.set(item.jti, taken);
    };
    tell(0);
    const queue = items.values();
    const worker = async (): Promise<void> => {
      for (const item of queue) if (run.has(item.jti)) await one(item);
    };
    await Promise.all(Array.from({ length: FETCHED_AT_ONCE }, worker));
    return all;
  }

  /**
   * One activation for all that the person consented to. They go to the key a few at a time, so that a stop takes effect in
   * between; a reader with its own keypad, which would ask each time, gets them at once. After a failure the key is not
   * tried again: a second wrong PIN would be one nobody typed.
   */
  async #use(run: Run, held: HeldCertificate, condition: KeyCondition, pin: Buffer): Promise<void> {
    const { journal, clock } = this.#deps;
    const { claims } = run.order;
    const atOnce = condition.pin === 'keypad' ? run.items.length : ITEMS_AT_ONCE;
    // Consent in time counts for the whole batch, even when the last of a hundred is signed after its end.
    const late = claims.exp * 1000 <= clock().getTime();
    try {
      for (let first = true; run.items.length > 0; first = false) {
        // Consent may have waited behind another operation: what held when the question was shown is asked again.
        const { aborted, reason } = run.controller.signal;
        if (aborted && reason === 'stopping' && !first) return undefined;
        if (late || (aborted && (first || reason === 'cancelled')))
          return this.#concludeAll(run, notUsed(late ? 'expired' : 'cancelled'));
        const some = run.items.slice(0, atOnce);
        run.begin(some);
        for (const { jti, documents } of some) {
          journal.write({ event: 'intent', jti, credential: held.id, documents: documents.map((one) => one.preparedSha256) });
        }
        // The holder zeroes what it gets; ours lives until the last item of this one consent.
        const answers = await this.#signed(run, held, some, Buffer.from(pin));
        if (run.items.length <= some.length) pin.fill(0);
        for (const [n, { jti }] of some.entries()) this.#conclude(run, jti, answers[n] as JobAnswer);
        if (answers.some((one) => one.answer !== 'signed')) return this.#concludeAll(run, notUsed(reasonAfter(answers)));
        this.#deps.prompt.progress(run.order.id, run.order.items.length - run.items.length);
        if (run.items.length > 0) await this.#pause(0);
      }
    } finally {
      pin.fill(0);
    }
    return undefined;
  }

  /** One answer for each item, all under one login. */
  async #signed(run: Run, held: HeldCertificate, items: readonly BatchItem[], pin: Buffer): Promise<readonly JobAnswer[]> {
    try {
      const data = items.map(({ documents }) =>
        documents.map((document) => new Uint8Array(Buffer.from(document.signedAttributes, 'base64'))),
      );
      const values = [...(await this.#deps.keys.sign(held.id, data.flat(), pin))];
      this.#wrongPins.delete(held.id);
      return data.map((pieces) => ({
        answer: 'signed',
        values: values.splice(0, pieces.length).map((value) => Buffer.from(value).toString('base64')),
      }));
    } catch (fault) {
      this.#deps.report(codeOf(fault), run.order.id);
      const answer = this.#answerFor(fault, held);
      return items.map(() => answer);
    } finally {
      pin.fill(0);
    }
  }

  #answerFor(fault: unknown, held: HeldCertificate): JobAnswer {
    const { code, keyUsed } = fault as { code?: unknown; keyUsed?: unknown };
    // Only a holder that is certain may say "not used".
    if (keyUsed !== false) return { answer: 'unknown' };
    if (code === 'pkcs11.pin-incorrect') {
      this.#wrongPins.set(held.id, (this.#wrongPins.get(held.id) ?? 0) + 1);
      return notUsed('wrong-pin');
    }
    if (code === 'pkcs11.cancelled') return notUsed('refused');
    if (code === 'pkcs11.no-key' || code === 'pkcs11.no-token' || code === 'pkcs11.token-removed') return notUsed('no-key');
    return notUsed('device-error');
  }

  #concludeAll(run: Run, answer: JobAnswer, code?: string): void {
    for (const { jti } of run.items) this.#conclude(run, jti, answer, code);
  }

  #conclude(run: Run, jti: string, answer: JobAnswer, code?: string): void {
    const { journal, prompt, clock } = this.#deps;
    if (!run.close(jti)) return;
    journal.write({ event: 'result', jti, answer });
    prompt.tell({
      jti,
      order: run.order.id,
      title: run.titles.get(jti) ?? run.order.items.find((item) => item.jti === jti)?.documents[0]?.title ?? '',
      code: code ?? (answer.answer === 'not-used' ? answer.reason : answer.answer),
      at: clock().toISOString(),
    });
    this.#deliver(jti);
  }

  #deliver(jti: string): void {
    if (this.#delivering.has(jti) || this.#deps.journal.about(jti)?.delivered === true) return;
    this.#delivering.add(jti);
    this.#background(this.#sendUntilTaken(jti).finally(() => this.#delivering.delete(jti)));
  }

  async #sendUntilTaken(jti: string): Promise<void> {
    const { journal, client, report } = this.#deps;
    const answer = journal.about(jti)?.answer;
    if (answer === undefined) return;
    for (let failures = 0; ; failures += 1) {
      try {
        journal.write({ event: 'delivered', jti, state: await client.answer(jti, answer) });
        return;
      } catch (fault) {
        if (fault instanceof ServerRefusal) {
          // It will not change its mind: nothing is lost, the journal keeps the answer.
          report(fault.problem, jti);
          journal.write({ event: 'delivered', jti, state: `refused ${fault.problem}` });
          return;
        }
        report(codeOf(fault), jti);
      }
      // Once more at the end, then the next start goes on.
      if (this.#stopping.signal.aborted) return;
      await this.#pause(Math.min(30_000, 500 * 2 ** Math.min(failures, 6)));
    }
  }

  /** The window names the token and the comparison code, so that it is clear which question it belongs to. */
  async #pinFrom(window: NativePin, job: PresentedJob, signal: AbortSignal): Promise<Decision> {
    const { place, subject } = job.certificate;
    const code = `${job.claims.comparisonCode} · ${subject}`;
    const wrong = job.wrongPins > 0 ? `\nĐã nhập sai · Wrong so far: ${job.wrongPins}` : '';
    const pin = await window({ title: `Mã PIN · PIN: ${place}`, text: `${code}${wrong}` }, signal);
    signal.throwIfAborted();
    return pin === undefined ? { decision: 'refuse' } : { decision: 'sign', pin };
  }

  #oneAtATime(work: () => Promise<void>): Promise<void> {
    const run = this.#operation.then(work);
    this.#operation = run.catch(() => {});
    return run;
  }

  #background(work: Promise<unknown>): void {
    const tracked = work.catch((fault: unknown) => this.#deps.report(codeOf(fault))).finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }
}

/** Downloads side by side. */
const FETCHED_AT_ONCE = 3;
/** Items that go to the key under one login; a stop is heard in between. */
const ITEMS_AT_ONCE = 5;

/** The rest after a failure: the key was not tried for it. */
function reasonAfter(answers: readonly JobAnswer[]): NotUsed {
  const bad = answers.find((one) => one.answer !== 'signed');
  return bad?.answer === 'not-used' ? bad.reason : 'device-error';
}

const notUsed = (reason: NotUsed): Extract<JobAnswer, { answer: 'not-used' }> => ({ answer: 'not-used', reason });

function codeOf(fault: unknown): string {
  const { code } = fault as { code?: unknown };
  return typeof code === 'string' ? code : fault instanceof Error ? fault.name : 'agent.fault';
}
