import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { commonName, nameText } from '@antin/pki/x509/name';
import type { JobAnswer, JobClaims } from '@antin/protocol/agent/jobs';
import type { NativePin } from './consent/native-pin.ts';
import type { Decision, PresentedJob, Prompt } from './consent/prompt.ts';
import { takeDocument } from './document-check.ts';
import { AgentFault } from './fault.ts';
import type { AgentFolder } from './folder.ts';
import type { Pairing } from './identity.ts';
import { checkJob } from './job-check.ts';
import type { AgentJournal } from './journal.ts';
import type { HeldCertificate, KeyCondition, KeyHolder } from './keys/holder.ts';
import { ServerRefusal, type ServerClient } from './server-client.ts';

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
  readonly #active = new Map<string, AbortController>();
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
    for (const controller of this.#active.values()) controller.abort('stopping');
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
    const { jti } = check.claims;
    const hash = createHash('sha256').update(token).digest('hex');
    const known = journal.about(jti);
    // One jti is one order: the same number with another content is an attempt to have something else signed under it.
    if (known?.token !== undefined && known.token !== hash) return report('job.replayed', jti);
    if (known?.answer !== undefined) return this.#deliver(jti);
    if (this.#active.has(jti)) return;
    if (known === undefined) journal.write({ event: 'seen', jti, token: hash });
    if (check.status === 'expired') return this.#conclude(check.claims, notUsed('expired'));
    const controller = new AbortController();
    this.#active.set(jti, controller);
    this.#background(this.#perform(check.claims, controller).finally(() => this.#active.delete(jti)));
  }

  /** The server wants an answer and no signature any more. */
  #drop(jti: string): void {
    const { journal } = this.#deps;
    const known = journal.about(jti);
    if (known?.answer !== undefined) return this.#deliver(jti);
    const controller = this.#active.get(jti);
    if (controller !== undefined) return controller.abort('cancelled');
    if (known?.intent === true) return;
    journal.write({ event: 'result', jti, answer: notUsed('cancelled') });
    this.#deliver(jti);
  }

  async #perform(claims: JobClaims, controller: AbortController): Promise<void> {
    const { keys, folder, report } = this.#deps;
    const place = folder.file(`documents/${claims.jti}`);
    const left = claims.exp * 1000 - this.#deps.clock().getTime();
    const timer = setTimeout(() => controller.abort('expired'), Math.max(0, left));
    try {
      const held = (await keys.certificates()).find((entry) => entry.id === claims.credential);
      if (held === undefined) return this.#conclude(claims, notUsed('no-key'));
      const paths = await this.#fetchDocuments(claims, held, place, controller.signal);
      if (paths === undefined) return this.#conclude(claims, notUsed('mismatch'));
      const condition = await keys.condition(held.id);
      if (condition.blocked !== undefined) {
        report(`key.${condition.blocked}`, claims.jti);
        return this.#conclude(claims, notUsed(condition.blocked === 'absent' ? 'no-key' : 'device-error'), condition.blocked);
      }
      const window = condition.pin === 'screen' ? this.#deps.pinWindow : undefined;
      const asked = window === undefined ? condition : { ...condition, pin: 'window' as const };
      const presented = this.#present(claims, held, asked, paths);
      let decision = await this.#deps.prompt.ask(presented, controller.signal);
      if (decision.decision === 'sign' && window !== undefined)
        decision = await this.#pinFrom(window, presented, controller.signal);
      if (decision.decision === 'refuse') return this.#conclude(claims, notUsed('refused'));
      await this.#oneAtATime(() => this.#use(claims, held, decision, controller.signal));
    } catch (fault) {
      if (!controller.signal.aborted) {
        // Not a word to the server: the order is still open, and it comes again with the next poll.
        report(codeOf(fault), claims.jti);
        return;
      }
      if (controller.signal.reason !== 'stopping') {
        this.#conclude(claims, notUsed(controller.signal.reason === 'expired' ? 'expired' : 'cancelled'));
      }
    } finally {
      clearTimeout(timer);
      rmSync(place, { recursive: true, force: true });
    }
  }

  /** Undefined when a document is not what the order says. */
  async #fetchDocuments(
    claims: JobClaims,
    held: HeldCertificate,
    place: string,
    signal: AbortSignal,
  ): Promise<string[] | undefined> {
    const paths: string[] = [];
    for (const document of claims.documents) {
      const path = `${place}/${document.index}.pdf`;
      const bytes = await this.#deps.client.document(claims.jti, document.index, signal);
      const mismatch = await takeDocument(document, bytes, path, held);
      if (mismatch !== undefined) {
        this.#deps.report(mismatch.code, `${claims.jti} ${mismatch.index}`);
        return undefined;
      }
      paths.push(path);
    }
    return paths;
  }

  async #use(claims: JobClaims, held: HeldCertificate, decision: Decision, signal: AbortSignal): Promise<void> {
    const { journal, keys, clock } = this.#deps;
    const pin = decision.decision === 'sign' ? decision.pin : Buffer.alloc(0);
    // Consent may have waited behind another operation: what held when the question was shown is asked again.
    const late = claims.exp * 1000 <= clock().getTime();
    if (late || signal.aborted) {
      pin.fill(0);
      return this.#conclude(claims, notUsed(late ? 'expired' : 'cancelled'));
    }
    const documents = claims.documents.map((document) => document.preparedSha256);
    journal.write({ event: 'intent', jti: claims.jti, credential: held.id, documents });
    let answer: JobAnswer;
    try {
      const data = claims.documents.map((document) => new Uint8Array(Buffer.from(document.signedAttributes, 'base64')));
      const values = await keys.sign(held.id, data, pin);
      answer = { answer: 'signed', values: values.map((value) => Buffer.from(value).toString('base64')) };
      this.#wrongPins.delete(held.id);
    } catch (fault) {
      this.#deps.report(codeOf(fault), claims.jti);
      answer = this.#answerFor(fault, held);
    } finally {
      pin.fill(0);
    }
    this.#conclude(claims, answer);
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

  #conclude(claims: JobClaims, answer: JobAnswer, code?: string): void {
    const { journal, prompt, clock } = this.#deps;
    journal.write({ event: 'result', jti: claims.jti, answer });
    prompt.tell({
      jti: claims.jti,
      title: claims.documents[0]?.title ?? '',
      code: code ?? (answer.answer === 'not-used' ? answer.reason : answer.answer),
      at: clock().toISOString(),
    });
    this.#deliver(claims.jti);
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

  #present(claims: JobClaims, held: HeldCertificate, condition: KeyCondition, paths: readonly string[]): PresentedJob {
    const certificate = parseCertificate(held.certificate);
    return {
      jti: claims.jti,
      claims,
      documents: claims.documents.map(({ index, title, fileName, size }) => ({
        index,
        title,
        fileName,
        size,
        path: paths[index] ?? '',
      })),
      certificate: {
        subject: commonName(certificate.subject) ?? nameText(certificate.subject),
        issuer: commonName(certificate.issuer) ?? nameText(certificate.issuer),
        serialHex: certificate.serialHex,
        notAfter: new Date(certificate.notAfter).toISOString(),
        place: held.place,
      },
      condition,
      practice: this.#deps.keys.kind === 'practice',
      wrongPins: this.#wrongPins.get(held.id) ?? 0,
    };
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

const notUsed = (reason: NotUsed): Extract<JobAnswer, { answer: 'not-used' }> => ({ answer: 'not-used', reason });

function codeOf(fault: unknown): string {
  const { code } = fault as { code?: unknown };
  return typeof code === 'string' ? code : fault instanceof Error ? fault.name : 'agent.fault';
}
