import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { encodePem } from '@antin/pki/pem';
import { writePkcs12 } from '@antin/pki/pkcs12/write';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { run as ceremonyCommand } from '../commands/ceremony.ts';
import { runForTests } from '../commands/run-for-tests.ts';

export interface CeremoniesForTests {
  readonly folder: string;
  /** PKCS#11 module of a token labelled `le-khoa`; its PIN lies in `pin` of the folder too. */
  readonly module: string;
  readonly pin: string;
  readonly baseUrl: string;
  readonly policy: string;
  readonly tsaPolicy: string;
  /** When the certificates begin. */
  readonly begun: number;
}

const DAY = 86_400_000;
export const moment = (ms: number) => new Date(ms).toISOString().replace(/\.\d+/, '');

/**
 * A whole hierarchy by `antin ceremony`, each dry and then reviewed: root `goc`, issuing CA `cap`, keys of OCSP and time-stamps, a seal
 * (`seal.json`, as `ANTIN_JOURNAL_SEAL` wants it), and what is installed, in `data/authority` of the folder.
 */
export async function productionCeremonies(of: CeremoniesForTests): Promise<void> {
  const { folder, module, pin, baseUrl, policy, tsaPolicy, begun } = of;
  const path = (...names: string[]) => join(folder, ...names);
  async function ceremony(name: string, mode: string, ...parts: string[]): Promise<void> {
    const witnesses = '  - name: Nguyễn Văn An\n    role: Trưởng ban\n  - name: Trần Thị Bình\n    role: Thư ký';
    const head = `ceremony: ${mode}\nname: ${name}\ntitle: "${name}"\nprofile: production\nplace: Hà Nội\ntranscript: bien-ban.log`;
    const text = [head, `witnesses:\n${witnesses}`, `key:\n  module: ${module}\n  label: le-khoa`, ...parts, ''].join('\n');
    writeFileSync(path(`${name}.yaml`), text);
    const file = ['--file', path(`${name}.yaml`)];
    const dry = await runForTests(ceremonyCommand, file);
    const reviewed = /--reviewed ([0-9a-f]{64})/.exec(dry.out)?.[1];
    if (reviewed === undefined) throw new Error(`${name}: ${dry.out} ${dry.err}`);
    const real = await runForTests(ceremonyCommand, [...file, '--reviewed', reviewed, '--pin-file', path('pin')]);
    if (real.code !== 0) throw new Error(`${name}: ${real.err}`);
  }

  async function ceremonies(): Promise<void> {
    for (const [name, kind] of Object.entries({ goc: 'p-384', cap: 'p-256', ocsp: 'p-256', tsa: 'p-256' }))
      await ceremony(`key-${name}`, 'key', `generate:\n  kind: ${kind}\n  label: "${name}"`);
    for (const name of ['goc', 'cap', 'ocsp', 'tsa']) cpSync(path(`key-${name}.pub`), path(`${name}.pub`));
    const subject = (cn: string) => `  subject:\n    - C: VN\n    - O: Cơ quan cấp phát\n    - CN: ${cn}`;
    const life = (years: number) => `  not-before: ${moment(begun)}\n  not-after: ${moment(begun + years * 365 * DAY)}`;
    const addresses = (issuer: string) => `addresses:\n  base-url: ${baseUrl}\n  issuer: ${issuer}`;
    const policies = `  policies:\n    - ${policy}`;
    await ceremony('goc', 'root', 'public-key: goc.pub\ncertificate:', subject('Gốc cấp phát'), life(20));
    const signed = 'public-key: cap.pub\nissuer: goc.crt\ncertificate:';
    await ceremony('cap', 'intermediate', signed, subject('CA cấp phát'), life(10), policies, addresses('root'));
    await ceremony(
      'danh-sach',
      'crl',
      `issuer: goc.crt\ncrl:\n  number: 1\n  this-update: ${moment(begun)}\n  next-update: ${moment(begun + 170 * DAY)}`,
    );
    // The seal of the journal is a key of another device; here a file plays it.
    const seal = nodeSecrets.generateKeyPair('p-256');
    writeFileSync(path('seal.pub'), encodePem('PUBLIC KEY', seal.spki));
    const sealSubject = '  subject:\n    - C: VN\n    - L: Hà Nội\n    - O: Cơ quan cấp phát\n    - CN: Nhật ký';
    const sealed = 'public-key: seal.pub\nissuer: cap.crt\ncertificate:';
    await ceremony('seal', 'seal-certificate', sealed, sealSubject, life(4), policies, addresses('issuing'));
    const sealCertificate = parseCertificate(derOf('seal.crt'));
    const p12 = { pkcs8: seal.pkcs8, certificates: [sealCertificate.raw], friendlyName: 'seal' };
    writeFileSync(path('seal.p12'), writePkcs12(p12, 'secret', nodeSecrets, { iterations: 2048 }), { mode: 0o600 });
    writeFileSync(path('seal.pass'), 'secret', { mode: 0o600 });
    const sealFile = { p12: { file: 'seal.p12', passFile: 'seal.pass' }, chain: ['cap.crt'] };
    writeFileSync(path('seal.json'), JSON.stringify(sealFile), { mode: 0o600 });
    await ceremony(
      'cai-dat',
      'install',
      `output: data/authority\ninstall:\n  pin-file: pin\n  ocsp-key: ocsp.pub\n  tsa-key: tsa.pub\n  tsa-policy: ${tsaPolicy}`,
      `  clock-skew-seconds: 600\n  policies:\n    - ${policy}`,
      '  certificates:\n    - file: seal.crt\n      issuer: cap.crt\n      profile: organisation\n  keys:',
      '    - name: cap\n      use: ca\n      file: cap.crt\n      per-second: 500\n      services:\n        - ocsp.pub\n        - tsa.pub',
      '    - name: ocsp\n      use: ocsp\n      file: ocsp.pub\n      per-second: 5000',
      '    - name: tsa\n      use: tsp\n      file: tsa.pub\n      per-second: 5000',
      '  cas:\n    - series: root\n      certificate: goc.crt\n      crl: danh-sach.crl',
      '    - series: issuing\n      certificate: cap.crt\n      issuer: goc.crt',
      '      profiles:\n        - person\n        - organisation\n        - ocsp\n        - tsa',
    );
    writeFileSync(path('data', 'authority', 'signer', 'pin'), pin, { mode: 0o600 });
  }

  const derOf = (name: string) => {
    const text = readFileSync(path(name), 'utf8');
    return new Uint8Array(Buffer.from(text.replace(/-----[^-]+-----|\s/g, ''), 'base64'));
  };

  await ceremonies();
}
