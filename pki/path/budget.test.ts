import { describe, expect, test } from 'vitest';
import { context, contextValue, integer, sequence } from '@antin/formats/der/writer';
import { nodeCrypto as door } from '../../adapters/crypto/node.ts';
import { DAY, NOW, mint, mintCa, mintList, scopeOf } from '../../testkit/pki/mint.ts';
import type { Minted } from '../../testkit/pki/mint.ts';
import { parseCrl } from '../crl/parse.ts';
import type { CryptoDoor } from '../crypto.ts';
import { aki, certificatePolicies, extension, ski } from '../x509/build.ts';
import { parseCertificate } from '../x509/certificate.ts';
import { buildGeneralName } from '../x509/general-name.ts';
import { buildName } from '../x509/name.ts';
import { judgePath } from './judge.ts';
import { checkRevocation } from './revocation.ts';
import { processorSince } from '@antin/testkit/processor-time';

/** Evidence made to keep the verifier busy; the work is counted, because time depends on the machine. */
function counted(): CryptoDoor & { verifications: number } {
  const own = {
    verifications: 0,
    digest: door.digest.bind(door),
    verify: (input: Parameters<CryptoDoor['verify']>[0]) => {
      own.verifications++;
      return door.verify(input);
    },
  };
  return own;
}

const root = mintCa({ subject: 'Root' });
const ca = mintCa({ subject: 'CA', issuer: root });
const name = buildName([['CN', 'Lister']]);
const pointer = extension('2.5.29.31', false, sequence(sequence(context(2, buildGeneralName({ kind: 'directory', name })))));
const indirect = scopeOf(contextValue(4, Uint8Array.of(0xff)));

/** `count` signers of one name whose own status only the lists of the others could settle. */
function circle(count: number, settled: boolean) {
  const listers = Array.from({ length: count }, (_, i) =>
    mintCa({ subject: 'Lister', key: `lister ${i}`, issuer: root, extensions: [pointer] }),
  );
  const lists = listers.map((issuer) => mintList({ issuer, extensions: [indirect] }));
  const own = settled ? [mintList({ issuer: root })] : [];
  const tool = counted();
  const target = mint({ subject: 'Leaf', issuer: ca, extensions: [pointer] });
  const found = checkRevocation(parseCertificate(target.raw), parseCertificate(ca.raw), {
    crls: [...lists, ...own].map((one) => parseCrl(one)),
    ocsps: [],
    at: NOW,
    door: tool,
    candidates: listers.map((one) => parseCertificate(one.raw)),
    anchors: [{ certificate: parseCertificate(root.raw), purposes: ['signer'] }],
  });
  return { found, work: tool.verifications };
}

describe('signers of lists who vouch for each other', () => {
  test('end, and settle nothing', () => {
    const { found, work } = circle(24, false);
    expect(found).toMatchObject({ status: 'unknown', why: expect.arrayContaining(['revocation.limit-checks']) as unknown });
    expect(work).toBeLessThanOrEqual(24 * 24 + 100);
  });
  test('two of them whom the root vouches for are believed', () => {
    expect(circle(2, true).found.status).toBe('good');
  });
});

describe('authorities that certify each other in every direction', () => {
  /** Every one of `names` certified by every other: paths without end, and all signatures are right. */
  function mesh(names: number): Minted[] {
    const all = Array.from({ length: names }, (_, i) => `Mesh ${i}`);
    const own = new Map(all.map((one) => [one, mintCa({ subject: one })]));
    return all.flatMap((a) => all.filter((b) => a !== b).map((b) => mintCa({ subject: a, issuer: own.get(b) as Minted })));
  }
  test('are left after a bounded number of steps', () => {
    const chain = mesh(8);
    const tool = counted();
    const target = mint({ subject: 'Leaf', issuer: { ...(chain[0] as Minted) } });
    const verdict = judgePath(parseCertificate(target.raw), {
      anchors: [{ certificate: parseCertificate(root.raw), purposes: ['signer'] }],
      candidates: chain.map((one) => parseCertificate(one.raw)),
      crls: [],
      ocsps: [],
      at: NOW,
      door: tool,
    });
    expect(verdict).toMatchObject({ valid: false, code: 'path.limit-steps' });
    expect(tool.verifications).toBeLessThanOrEqual(200);
  });
  test('and the way out of them is found', () => {
    const chain = mesh(4);
    const out = mintCa({ subject: 'Mesh 0', issuer: root });
    const target = mint({ subject: 'Leaf', issuer: chain[0] as Minted });
    const verdict = judgePath(parseCertificate(target.raw), {
      anchors: [{ certificate: parseCertificate(root.raw), purposes: ['signer'] }],
      candidates: [...chain, out].map((one) => parseCertificate(one.raw)),
      crls: [mintList({ issuer: root }), mintList({ issuer: { ...out } })].map((one) => parseCrl(one)),
      ocsps: [],
      at: NOW,
      door,
    });
    expect(verdict).toMatchObject({ valid: true });
  });
});

test('a list of a hundred thousand entries is searched once, however many points lead to it', () => {
  const urls = Array.from({ length: 32 }, (_, i) => `http://pki.test/${i}.crl`);
  const full = (value: string): Uint8Array => context(0, context(0, buildGeneralName({ kind: 'uri', value })));
  const many = extension('2.5.29.31', false, sequence(...urls.map((one) => sequence(full(one)))));
  const target = mint({ subject: 'Leaf', issuer: ca, extensions: [many] });
  const entries = Array.from({ length: 1000 }, (_, i) => ({ serial: Uint8Array.of(0x70, i >> 8, i & 255) }));
  const crl = parseCrl(mintList({ issuer: ca, entries, thisUpdate: NOW - DAY }));
  let searches = 0;
  const watched = {
    ...crl,
    entries: (serial?: Uint8Array) => {
      searches++;
      return crl.entries(serial);
    },
  };
  const options = { crls: [watched], ocsps: [], at: NOW, door };
  expect(checkRevocation(parseCertificate(target.raw), parseCertificate(ca.raw), options).status).toBe('good');
  expect(searches).toBe(1);
});

test('key identifiers lead first to the one who signed, of many of the same name', () => {
  const crowd = Array.from({ length: 40 }, (_, i) =>
    mintCa({ subject: 'CA', key: `crowd ${i % 4}`, issuer: root, extensions: [ski(Uint8Array.of(i))] }),
  );
  const own = mintCa({ subject: 'CA', issuer: root, extensions: [ski(Uint8Array.of(200))] });
  const tool = counted();
  const target = mint({
    subject: 'Leaf',
    issuer: own,
    extensions: [aki(Uint8Array.of(200)), extension('2.999.1', false, integer(1))],
  });
  const verdict = judgePath(parseCertificate(target.raw), {
    anchors: [{ certificate: parseCertificate(root.raw), purposes: ['signer'] }],
    candidates: [...crowd, own].map((one) => parseCertificate(one.raw)),
    crls: [],
    ocsps: [],
    at: NOW,
    door: tool,
    revocation: false,
  });
  expect(verdict.valid).toBe(true);
  expect(tool.verifications).toBeLessThanOrEqual(10);
});

describe('certificates as large as they may be', () => {
  const swift = 5000;
  const took = (work: () => void): number => {
    const start = process.cpuUsage();
    work();
    return processorSince(start);
  };
  const judge = (target: Minted, chain: readonly Minted[]) =>
    judgePath(parseCertificate(target.raw), {
      anchors: [{ certificate: parseCertificate(root.raw), purposes: ['signer'] }],
      candidates: chain.map((one) => parseCertificate(one.raw)),
      crls: [],
      ocsps: [],
      at: NOW,
      door,
      revocation: false,
    });

  test('with twenty thousand policies each are judged in time', () => {
    const all = certificatePolicies(Array.from({ length: 20_000 }, (_, i) => `2.999.${i}`));
    const big = mintCa({ subject: 'Big', issuer: root, extensions: [all] });
    const target = mint({ subject: 'Leaf', issuer: big, extensions: [all] });
    let policies = 0;
    expect(took(() => (policies = judge(target, [big]).policies.length))).toBeLessThan(swift);
    expect(policies).toBe(20_000);
  });

  test('with five hundred names under five hundred constraints are judged in time', () => {
    const names = (prefix: string) =>
      Array.from({ length: 500 }, (_, i) =>
        buildGeneralName({
          kind: 'directory',
          name: buildName([
            ['C', 'VN'],
            ['O', `${prefix} ${i}`],
            ['OU', 'Phòng Hành chính'],
          ]),
        }),
      );
    const constraints = sequence(context(1, ...names('Cấm').map((one) => sequence(one))));
    const narrow = mintCa({ subject: 'Narrow', issuer: root, extensions: [extension('2.5.29.30', true, constraints)] });
    const target = mint({
      subject: 'Leaf',
      issuer: narrow,
      extensions: [extension('2.5.29.17', false, sequence(...names('Được')))],
    });
    let valid = false;
    expect(took(() => (valid = judge(target, [narrow]).valid))).toBeLessThan(swift);
    expect(valid).toBe(true);
  });
});
