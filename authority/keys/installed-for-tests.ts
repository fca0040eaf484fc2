import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePem } from '@antin/pki/pem';
import { softToken } from '@antin/testkit/softhsm';
import type { SoftToken } from '@antin/testkit/softhsm';
import { baseUrl } from '../authority-for-tests.ts';
import { ceremony } from './ceremony/run.ts';
import { testKey } from './signer-for-tests.ts';

export interface CeremonyCa {
  /** Names its key and its files too. */
  readonly series: string;
  /** Common name. */
  readonly name: string;
  /** Day of its end, `2041-11-30`. */
  readonly to: string;
  /** Series of the CA that signs it; a root has none. */
  readonly issuer?: string;
  readonly profiles?: readonly string[];
  /** Its key is in a safe: lists come from ceremonies, the first until this day. */
  readonly listUntil?: string;
  /** It issues no more, and none follows it. */
  readonly closed?: true;
  /** No signer has its key any more. */
  readonly keyless?: true;
}

export interface Installation {
  /** First day of everything, `2026-12-01`. */
  readonly begun: string;
  /** Those above stand before those below. */
  readonly cas: readonly CeremonyCa[];
  /** Certificates besides CAs: ceremonies, and lines of `certificates` in what is installed. */
  readonly more?: (t: InstalledForTests) => Promise<readonly string[]>;
}

/** A hierarchy that ceremonies made on a token of SoftHSM, installed in a folder of a test: its keys are used by signer processes. */
export class InstalledForTests {
  readonly folder = mkdtempSync(join(tmpdir(), 'antin-installed-'));
  readonly token: SoftToken;
  readonly begun: string;
  #ceremonies = 0;
  /** Newest list of each offline CA. */
  readonly #lists = new Map<string, string>();

  private constructor(token: SoftToken, begun: string) {
    this.token = token;
    this.begun = begun;
  }

  /** Making keys in ceremonies is tested there: here they are on the token already. */
  static async make(module: string, { begun, cas, more = async () => [] }: Installation): Promise<InstalledForTests> {
    const keys = [...cas.map((one) => one.series), 'ocsp', 'tsa', 'seal'].map((name) => testKey(name, 'p-256'));
    const entries = keys.map(({ pkcs8, certificate }, n) => ({ pkcs8, certificate: certificate.raw, id: hex(n + 1) }));
    const t = new InstalledForTests(await softToken(module, 'hsm', entries), begun);
    for (const { name, spki } of keys) writeFileSync(t.path(`${name}.pub`), encodePem('PUBLIC KEY', spki));
    for (const one of cas) await t.#certify(one);
    await t.install(cas, ...(await more(t)));
    return t;
  }

  get dataDir(): string {
    return this.path('authority');
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  /** One ceremony: gone through dry, then as reviewed. */
  async ceremony(mode: string, name: string, ...parts: string[]): Promise<void> {
    this.#ceremonies += 1;
    const file = this.path(`${name}-${this.#ceremonies}.yaml`);
    const head = [
      `ceremony: ${mode}\nname: ${name}\ntitle: Lễ\nprofile: production\nplace: Hà Nội\ntranscript: t.log`,
      'witnesses:\n  - name: An\n    role: Trưởng ban\n  - name: Bình\n    role: Thư ký',
      `key:\n  module: ${this.token.module}\n  label: hsm`,
    ];
    writeFileSync(file, `${[...head, ...parts].join('\n')}\n`);
    const step = (reviewed?: string) =>
      ceremony({
        file,
        ...(reviewed === undefined ? {} : { reviewed }),
        pin: () => Promise.resolve(Buffer.from(this.token.pin)),
        clock: () => Date.parse(`${this.begun}T02:00:00Z`) + 86_400_000,
        say: () => {},
      });
    await step((await step()).reviewed);
  }

  subject(name: string): string {
    return `  subject:\n    - C: VN\n    - O: Cơ quan thử\n    - CN: ${name}`;
  }

  life(to: string): string {
    return `  not-before: ${this.begun}T00:00:00Z\n  not-after: ${to}T23:59:59Z`;
  }

  /** A list of a CA whose key is in a safe. */
  async list(series: string, number: number, from: string, until: string, ...more: string[]): Promise<void> {
    const crl = `crl:\n  number: ${number}\n  this-update: ${from}\n  next-update: ${until}`;
    const name = `${series}-list-${number}`;
    await this.ceremony('crl', name, `issuer: ${series}.crt\n${crl}`, ...more);
    this.#lists.set(series, `${name}.crl`);
  }

  async #certify({ series, name, to, issuer, listUntil }: CeremonyCa): Promise<void> {
    const own = `public-key: ${series}.pub`;
    if (issuer === undefined) await this.ceremony('root', series, `${own}\ncertificate:`, this.subject(name), this.life(to));
    else {
      const where = `addresses:\n  base-url: ${baseUrl}\n  issuer: ${issuer}`;
      const signed = `${own}\nissuer: ${issuer}.crt\ncertificate:`;
      await this.ceremony('intermediate', series, signed, this.subject(name), this.life(to), where);
    }
    if (listUntil !== undefined) await this.list(series, 1, `${this.begun}T00:00:00Z`, `${listUntil}T00:00:00Z`);
  }

  /** What the authority and its signer are given; again after something was added. */
  async install(cas: readonly CeremonyCa[], ...certificates: string[]): Promise<void> {
    const rows = (indent: string, values: readonly string[]) => values.map((one) => `${indent}- ${one}`).join('\n');
    const online = cas.filter((one) => one.listUntil === undefined && one.keyless !== true);
    const keys = online.map(({ series, profiles = [] }) => {
      const services = ['ocsp.pub', ...(profiles.includes('tsa') ? ['tsa.pub'] : [])];
      return `    - name: ${series}\n      use: ca\n      file: ${series}.crt\n      per-second: 500\n      services:\n${rows('        ', services)}`;
    });
    const below = cas.map(({ series, issuer, profiles = [], listUntil, closed }) =>
      [
        `    - series: ${series}\n      certificate: ${series}.crt`,
        ...(listUntil === undefined ? [] : [`      crl: ${this.#lists.get(series)}`]),
        ...(issuer === undefined ? [] : [`      issuer: ${issuer}.crt`]),
        ...(closed === true ? ['      closed: true'] : []),
        ...(profiles.length === 0 ? [] : [`      profiles:\n${rows('        ', profiles)}`]),
      ].join('\n'),
    );
    const output = `made-${this.#ceremonies}`;
    await this.ceremony(
      'install',
      'install',
      `output: ${output}`,
      'install:\n  pin-file: pin\n  ocsp-key: ocsp.pub\n  tsa-key: tsa.pub\n  tsa-policy: 1.3.6.1.4.1.99999.2',
      '  policies:\n    - 1.3.6.1.4.1.99999.1',
      ...(certificates.length === 0 ? [] : ['  certificates:', ...certificates]),
      `  keys:\n${keys.join('\n')}`,
      '    - name: ocsp\n      use: ocsp\n      file: ocsp.pub\n      per-second: 5000',
      '    - name: tsa\n      use: tsp\n      file: tsa.pub\n      per-second: 5000',
      `  cas:\n${below.join('\n')}`,
    );
    // Carried over by people: a ceremony never writes over what an earlier one made.
    mkdirSync(join(this.dataDir, 'signer'), { recursive: true, mode: 0o700 });
    for (const name of ['hierarchy.json', 'signer/signer.json']) {
      copyFileSync(this.path(output, name), join(this.dataDir, name));
      chmodSync(join(this.dataDir, name), 0o600);
    }
    writeFileSync(join(this.dataDir, 'signer', 'pin'), this.token.pin, { mode: 0o600 });
  }

  close(): void {
    this.token.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function hex(n: number): string {
  return n.toString(16).padStart(2, '0');
}
