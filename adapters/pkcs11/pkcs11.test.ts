import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useFolder } from '@antin/testkit/folder';
import { nodeCrypto } from '../crypto/node.ts';
import { selfSigned } from '@antin/testkit/self-signed';
import { softHsmModule, softToken, type SoftToken } from '@antin/testkit/softhsm';
import { Pkcs11Fault } from './fault.ts';
import { pkcs11Key } from './key.ts';
import { digestInfo, ecdsaDer } from './mechanism.ts';
import { ModuleProcess } from './module-process.ts';

const module = softHsmModule();
const data = Buffer.from('31820001', 'hex');

describe.skipIf(module === undefined)('a token of SoftHSM2', () => {
  const rsa = selfSigned('Sở Tài chính tỉnh Nam Hà', 'rsa-2048');
  const ec = selfSigned('Nguyễn Thị Hồng Hạnh', 'p-256');
  const unlinked = selfSigned('Trần Văn Bình', 'p-256');
  const stranger = selfSigned('Người lạ', 'p-256');
  let token: SoftToken;
  let tokens: ModuleProcess;
  const pin = () => Promise.resolve(Buffer.from(token.pin));

  beforeAll(async () => {
    token = await softToken(module as string, 'van-thu', [
      { ...rsa, id: '01' },
      { ...ec, id: '02' },
      { ...unlinked, id: '03', certificateId: 'aa' },
      // A certificate that points at a key which is not its own.
      { pkcs8: selfSigned('khác', 'p-256').pkcs8, certificate: stranger.certificate, id: '04' },
    ]);
    tokens = new ModuleProcess({ module: token.module });
  });
  afterAll(async () => {
    await tokens.close();
    token.close();
  });
  const use = (certificate: Uint8Array, from = pin) =>
    pkcs11Key({ module: tokens, slotLabel: 'van-thu', pin: from, certificate });

  it('shows its label, its certificates and the state of its PIN without asking for one', async () => {
    const view = (await tokens.tokens()).find((entry) => entry.label === 'van-thu')!;
    expect(view.certificates).toHaveLength(4);
    expect(view.pin).toEqual({ countLow: false, finalTry: false, locked: false });
    expect(view).toMatchObject({ loginRequired: true, protectedAuthenticationPath: false });
  });

  it.each([
    ['RSA-2048 with PKCS#1 v1.5', rsa, undefined],
    ['RSA-2048 with PSS', rsa, { scheme: 'rsa-pss', digest: 'SHA-256', mgfDigest: 'SHA-256', saltLength: 32 } as const],
    ['P-256', ec, undefined],
    ['P-256 whose certificate is not linked by CKA_ID', unlinked, undefined],
  ])('signs with %s, and our verifier accepts the value', async (_name, held, algorithm) => {
    const key = await pkcs11Key({
      module: tokens,
      slotLabel: 'van-thu',
      pin,
      certificate: held.certificate,
      ...(algorithm === undefined ? {} : { algorithm }),
    });
    const signature = await key.sign(data);
    const { spki } = key.certificate;
    expect(nodeCrypto.verify({ spki, algorithm: key.algorithm, data, signature })).toBe('valid');
    expect(nodeCrypto.verify({ spki, algorithm: key.algorithm, data: Buffer.from('other'), signature })).toBe('invalid');
  });

  it('signs a batch under one PIN, and zeroes the buffer it was given', async () => {
    const given = Buffer.from(token.pin);
    const key = await use(rsa.certificate, () => Promise.resolve(given));
    expect(await key.signAll([data, Buffer.from('b'), Buffer.from('c')])).toHaveLength(3);
    expect(given.every((octet) => octet === 0)).toBe(true);
  });

  it('says a wrong PIN once, without trying again, and that the key was not used', async () => {
    let asked = 0;
    const key = await use(ec.certificate, () => Promise.resolve(Buffer.from(`00000${(asked += 1)}`)));
    const fault = await key.sign(data).catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: 'pkcs11.pin-incorrect', keyUsed: false, pin: { countLow: true } });
    expect(asked).toBe(1);
    // The honest owner is not locked out.
    await (await use(ec.certificate)).sign(data);
    expect((await tokens.tokens())[0]?.pin.countLow).toBe(false);
  });

  it('refuses a certificate without its key, a token that is not there, and a token changed behind its back', async () => {
    await expect((await use(stranger.certificate)).sign(data)).rejects.toMatchObject({ code: 'pkcs11.no-key', keyUsed: false });
    await expect(pkcs11Key({ module: tokens, slotLabel: 'khac', pin })).rejects.toMatchObject({ code: 'pkcs11.no-token' });
    await expect(pkcs11Key({ module: tokens, slotLabel: 'van-thu', pin })).rejects.toMatchObject({
      code: 'pkcs11.no-certificate',
    });
    const { slot } = (await tokens.tokens())[0]!;
    const swapped = tokens.sign({
      slot,
      serialNumber: 'another token',
      certificate: ec.certificate,
      algorithm: ec.algorithm,
      data: [data],
      pin: await pin(),
    });
    await expect(swapped).rejects.toMatchObject({ code: 'pkcs11.no-token' });
  });

  it('keeps the PIN out of the child’s arguments and environment', async () => {
    await (await use(ec.certificate)).sign(data);
    const mine = readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8')
      .trim()
      .split(/\s+/);
    expect(mine.length).toBeGreaterThan(0);
    for (const child of mine) {
      const seen = readFileSync(`/proc/${child}/cmdline`, 'latin1') + readFileSync(`/proc/${child}/environ`, 'latin1');
      expect(seen).not.toContain(token.pin);
    }
  });

  it('starts a new child after the old one was killed', async () => {
    const [child] = readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8')
      .trim()
      .split(/\s+/);
    const listing = tokens.tokens();
    process.kill(Number(child), 'SIGKILL');
    await expect(listing).rejects.toMatchObject({ code: 'pkcs11.crashed', keyUsed: false });
    expect((await tokens.tokens()).length).toBeGreaterThan(0);
  });
});

describe('a module that misbehaves', () => {
  const fakes = useFolder();
  let children = 0;
  /** SoftHSM never locks, hangs or crashes: this child speaks the same protocol and does. */
  function fake(body: string): ModuleProcess {
    const path = fakes.put(
      `child ${++children}.mjs`,
      `import { writeSync } from 'node:fs';
       const say = (o) => writeSync(3, JSON.stringify(o) + '\\n');
       process.stdin.on('data', (bytes) => {
         const line = bytes.toString().split('\\n')[0];
         if (!line.startsWith('{')) return;
         const request = JSON.parse(line);
         ${body}
       });`,
    );
    return new ModuleProcess({ module: 'fake', childArguments: [path], listTimeoutMs: 1500, signTimeoutMs: 1500 });
  }
  const { certificate, algorithm } = selfSigned('ai đó');
  const request = () => ({ slot: 0, serialNumber: 's', certificate, algorithm, data: [data], pin: Buffer.from('123456') });

  it('is reported when it hangs before the key was used', async () => {
    const hanging = fake('');
    await expect(hanging.sign(request())).rejects.toMatchObject({ code: 'pkcs11.timeout', keyUsed: false });
    await hanging.close();
  });

  it('leaves the use of the key open when it hangs or crashes after the key was touched', async () => {
    const hanging = fake(`say({ id: request.id, stage: 'key-use' });`);
    await expect(hanging.sign(request())).rejects.toMatchObject({ code: 'pkcs11.timeout', keyUsed: true });
    await hanging.close();
    const crashing = fake(`say({ id: request.id, stage: 'key-use' }); process.kill(process.pid, 'SIGSEGV');`);
    await expect(crashing.sign(request())).rejects.toMatchObject({ code: 'pkcs11.crashed', keyUsed: true });
    await crashing.close();
  });

  it('passes on that the PIN is locked or at its last try', async () => {
    for (const code of ['pkcs11.pin-locked', 'pkcs11.pin-final-try']) {
      const locked = fake(
        `say({ id: request.id, error: { code: '${code}', message: 'no', pin: { countLow: true, finalTry: true, locked: true } } });`,
      );
      await expect(locked.sign(request())).rejects.toMatchObject({ code, keyUsed: false, pin: { finalTry: true } });
      await locked.close();
    }
  });

  it('does not let a value through that does not fit the certificate', async () => {
    const lying = fake(`
      if (request.op === 'tokens') say({ id: request.id, tokens: [{ slot: 0, label: 't', manufacturer: '', model: '', serialNumber: 's',
        pin: {}, loginRequired: true, protectedAuthenticationPath: false,
        certificates: [{ certificate: ${JSON.stringify(Buffer.from(certificate).toString('base64'))}, label: '', ckaId: '' }] }] });
      else say({ id: request.id, values: ['MAYCAQECAQE='] });`);
    const key = await pkcs11Key({ module: lying, pin: () => Promise.resolve(Buffer.from('123456')) });
    await expect(key.sign(data)).rejects.toMatchObject({ code: 'pkcs11.value-mismatch', keyUsed: true });
    await lying.close();
  });

  it('that cannot be loaded is named', async () => {
    const missing = new ModuleProcess({ module: '/nowhere/vendor.so' });
    const fault = await missing.tokens().catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(Pkcs11Fault);
    expect(fault).toMatchObject({ code: 'pkcs11.module-not-loaded' });
    await missing.close();
  });
});

describe('encodings', () => {
  it('wraps a hash into the DigestInfo of RFC 8017 and r ‖ s into minimal DER integers', () => {
    const info = digestInfo('2.16.840.1.101.3.4.2.1', new Uint8Array(32));
    expect(info.subarray(0, 19).toString('hex')).toBe('3031300d060960864801650304020105000420');
    expect(Buffer.from(ecdsaDer(Buffer.from('00800001', 'hex'))).toString('hex')).toBe('300702020080020101');
    expect(() => ecdsaDer(Buffer.alloc(3))).toThrow(Pkcs11Fault);
  });
});
