import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { concatBytes } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { SignatureFault } from '@antin/signature/fault';
import { embedPades } from '@antin/signature/pades/embed';
import { preparePades } from '@antin/signature/pades/prepare';
import { BACKDATED, CMS_FORGERIES, HONEST_CMS, forged } from '@antin/testkit/attacks/cms';
import type { Attack, Ground } from '@antin/testkit/attacks/surgery';
import { DAY, HOUR, judged, letter, walk } from '@antin/testkit/judging/documents';
import { testPki } from '@antin/testkit/pki/test-pki';
import { beforeAll, describe, expect, it } from 'vitest';

const pki = testPki();
const at = pki.now + 2 * HOUR;
let ground: Ground;

beforeAll(async () => {
  ground = { pki, ...(await walk(pki)) };
});

const names = (list: readonly Attack[]) => list.map((one) => [one.name, one] as const);

describe('a CMS in a PDF', () => {
  it.each(names(HONEST_CMS))('passes %s', async (_name, one) => {
    expect(judged(await one.build(ground), pki).verdict).toBe('valid');
  });
  it.each(names(CMS_FORGERIES))('never passes and is never unsigned: %s', async (_name, one) => {
    expect(['invalid', 'indeterminate']).toContain(judged(await one.build(ground), pki).verdict);
  });
  it.each(names(BACKDATED))('of a revoked signer never passes: %s', async (_name, one) => {
    expect(['invalid', 'indeterminate']).toContain(judged(await one.build(ground), pki).verdict);
  });
});

describe('revocation data of the wrong kind is no status', () => {
  const bare = { certificates: pki.evidence(at).certificates, crls: [pki.crlAt(at, 'root')], ocsps: [] };
  const crl = pki.crlAt(at);
  it.each([
    ['nothing', {}],
    ['a list of another authority', { crls: [...bare.crls, pki.crlAt(at, 'foreignRoot')] }],
    ['an old list', { crls: [...bare.crls, pki.crlAt(at - 30 * DAY)] }],
    ['a list from the future', { crls: [...bare.crls, pki.crlAt(at + 30 * DAY)] }],
    ['a list with a broken signature', { crls: [...bare.crls, broken(crl)] }],
    ['an answer about somebody else', { ocsps: [pki.ocspAt('seal', at)] }],
    ['an answer signed by somebody who may not', { ocsps: [pki.ocspAt('leader', at, { responder: 'leader' })] }],
    ['an answer signed by another signer', { ocsps: [pki.ocspAt('leader', at, { responder: 'seal' })] }],
    ['an answer signed by the time-stamp authority', { ocsps: [pki.ocspAt('leader', at, { responder: 'tsa' })] }],
    ['an answer of the responder of another authority', { ocsps: [pki.ocspAt('leader', at, { responder: 'ocspRsa' })] }],
    ['an old answer', { ocsps: [pki.ocspAt('leader', at - 30 * DAY)] }],
    ['an answer from the future', { ocsps: [pki.ocspAt('leader', at + 30 * DAY)] }],
    ['an answer with a broken signature', { ocsps: [broken(pki.ocspAt('leader', at))] }],
    ['the answer unknown', { ocsps: [pki.ocspAt('leader', at, { status: 'unknown' })] }],
  ])('%s', async (_name, more) => {
    const report = judged(await forged(pki), pki, at, { evidence: { ...bare, ...more } });
    expect(report.verdict).toBe('indeterminate');
    expect(report.signatures[0]?.subIndication).toBe('TRY_LATER');
  });

  it('its twins: a fresh list, a fresh answer', async () => {
    const file = await forged(pki);
    expect(judged(file, pki, at, { evidence: { ...bare, crls: [...bare.crls, crl] } }).verdict).toBe('valid');
    expect(judged(file, pki, at, { evidence: { ...bare, ocsps: [pki.ocspAt('leader', at)] } }).verdict).toBe('valid');
  });
});

function broken(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  // The last bytes of a list are its signature; an answer ends with certificates, so its signed part is hit as well.
  for (const i of [copy.length - 3, Math.floor(copy.length / 3)]) copy[i] = (copy[i] as number) ^ 1;
  return copy;
}

describe('a value that is not what was asked for is not embedded', () => {
  const prepare = (file: Uint8Array, by = 'leader') => {
    const key = pki.signingKey(by);
    const options = {
      certificate: key.certificate,
      chain: [],
      algorithm: key.algorithm,
      signingTime: pki.now,
      level: 'B-B',
    } as const;
    return preparePades(memorySource(file), { inflate: nodeInflate, door: nodeCrypto, ...options });
  };
  const valueOf = (tbs: ReturnType<typeof prepare>, by = 'leader') => pki.entity(by).signNow(tbs.signedAttributes);
  const embed = (file: Uint8Array, tbs: ReturnType<typeof prepare>, value: Uint8Array) =>
    embedPades(memorySource(file), tbs, value, { door: nodeCrypto });

  it('the value for another document, of another key, of another file', () => {
    const [file, other] = [letter(), letter('Mot van ban khac')];
    const tbs = prepare(file);
    expect(judged(concatBytes(file, embed(file, tbs, valueOf(tbs))), pki).verdict).toBe('valid');
    expect(() => embed(file, tbs, valueOf(prepare(other)))).toThrow(SignatureFault);
    expect(() => embed(file, tbs, valueOf(tbs, 'seal'))).toThrow(SignatureFault);
    expect(() => embed(other, tbs, valueOf(tbs))).toThrow(SignatureFault);
  });

  it('a stored preparation whose certificate, attributes or bytes were changed never becomes a valid file', () => {
    const file = letter();
    const tbs = prepare(file);
    const value = valueOf(tbs);
    const tampered = [
      { ...tbs, certificate: pki.certificate('seal').raw },
      { ...tbs, signedAttributes: prepare(letter('Mot van ban khac')).signedAttributes },
      { ...tbs, appended: flipped(tbs.appended, 40) },
      { ...tbs, byteRange: [0, tbs.byteRange[1] + 2, tbs.byteRange[2] + 2, tbs.byteRange[3] - 2] as const },
      { ...tbs, reservedBytes: tbs.reservedBytes - 1 },
      { ...tbs, inputSize: tbs.inputSize - 1 },
      { ...tbs, algorithm: { scheme: 'ecdsa', digest: 'SHA-384' } as const },
      { ...tbs, digest: 'SHA-512' as const },
    ];
    for (const one of tampered) {
      let made: Uint8Array;
      try {
        made = embed(file, one, value);
      } catch (fault) {
        expect(fault).toBeInstanceOf(SignatureFault);
        continue;
      }
      expect(judged(concatBytes(file, made), pki).verdict).not.toBe('valid');
    }
  });

  it('a file changed in place between preparing and embedding is a hash failure', () => {
    const file = letter();
    const tbs = prepare(file);
    const made = embed(file, tbs, valueOf(tbs));
    const report = judged(concatBytes(flipped(file, 20), made), pki);
    expect(report.verdict).toBe('invalid');
  });
});

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = (copy[at] as number) ^ 1;
  return copy;
}
