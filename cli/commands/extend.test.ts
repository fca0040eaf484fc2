import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import { memorySource } from '@antin/formats/bytes/source';
import { encodePem } from '@antin/pki/pem';
import { parseOcspRequest } from '@antin/pki/ocsp/request';
import { openAsic } from '@antin/signature/asic/container';
import { signCades } from '@antin/signature/cades/sign';
import type { ValidationReport } from '@antin/signature/validation/types';
import { letter } from '@antin/testkit/judging/documents';
import { packed, smallPackage } from '@antin/testkit/ooxml/packages';
import { pdfsig, qpdfCheck, tools } from '@antin/testkit/pdf/outside';
import { testPki } from '@antin/testkit/pki/test-pki';
import { inProcess, presentPki, signingDesk } from '@antin/testkit/signing-desk';
import type { SigningDesk } from '@antin/testkit/signing-desk';
import { main } from '../main.ts';

const antin = inProcess(main);

let desk: SigningDesk;
let signed: string;
beforeAll(async () => {
  desk = await signingDesk();
  signed = desk.file('signed.pdf');
  const input = desk.file('letter.pdf', letter());
  expect(await antin(['sign', input, '-o', signed, ...desk.key(), '--tsa', desk.tsa])).toMatchObject({ code: 0 });
});
afterAll(() => desk.close());
let n = 0;
let out: string;
beforeEach(() => void (out = desk.file(`out ${++n}`)));
afterEach(() => expect(readdirSync(desk.folder).filter((name) => name.endsWith('.part'))).toEqual([]));

async function judged(path: string, ...more: readonly string[]): Promise<ValidationReport> {
  const { code, out: text, err } = await antin(['validate', path, ...desk.trust(), '--format', 'json', ...more]);
  expect(code, text + err).toBe(0);
  return JSON.parse(text) as ValidationReport;
}

describe('antin extend', () => {
  it('raises a PDF to B-LT and B-LTA, keeps its prefix and says what it reached', async () => {
    const lt = await antin(['extend', signed, '-o', out, '--level', 'B-LT', ...desk.trust()]);
    expect(lt).toMatchObject({ code: 0, out: `${out}: PAdES B-LT\n` });
    const lta = `${out}-lta`;
    expect(await antin(['extend', out, '-o', lta, '--tsa', desk.tsa, ...desk.trust()])).toMatchObject({
      code: 0,
      out: `${lta}: PAdES B-LTA\n`,
    });
    const bytes = new Uint8Array(readFileSync(lta));
    const before = readFileSync(signed);
    expect(readFileSync(lta).subarray(0, before.length).equals(before)).toBe(true);
    expect((await judged(lta)).signatures).toMatchObject([{ level: 'B-LTA', indication: 'TOTAL_PASSED' }]);
    if (tools.pdfsig) expect(pdfsig(bytes)).toMatchObject({ signatures: 2, valid: 1 });
    if (tools.qpdf) expect(qpdfCheck(bytes)).toMatchObject({ status: 0 });
  });

  it('raises CMS files, attached and detached, DER and PEM', async () => {
    const data = new TextEncoder().encode('Tờ trình');
    const file = desk.file('data.txt', data);
    const key = desk.pki.signingKey('leader');
    for (const packaging of ['attached', 'detached'] as const) {
      const cms = await signCades(memorySource(data), key, { door: nodeCrypto, signingTime: Date.now(), packaging });
      const der = cms.read(0, cms.size);
      const content = packaging === 'attached' ? der : encodePem('CMS', der);
      const input = desk.file(`${packaging}.p7`, content);
      const more = packaging === 'detached' ? ['--detached', file] : [];
      const target = `${out}-${packaging}`;
      const ran = await antin(['extend', input, '-o', target, '--tsa', desk.tsa, ...more, ...desk.trust()]);
      expect(ran, ran.err).toMatchObject({ code: 0, out: `${target}: CAdES B-LTA\n` });
      expect(await judged(target, ...more)).toMatchObject({
        verdict: 'valid',
        signatures: [{ format: 'CAdES', level: 'B-LTA' }],
      });
    }
  });

  it.each<[string, readonly string[], string]>([
    ['XML', ['--format', 'XAdES', '--packaging', 'enveloping'], 'XAdES'],
    ['XML beside its file', ['--format', 'XAdES', '--packaging', 'detached'], 'XAdES'],
    ['JSON', ['--format', 'JAdES'], 'JAdES'],
    ['JSON beside its file', ['--format', 'JAdES', '--packaging', 'detached'], 'JAdES'],
    ['containers with XAdES', ['--format', 'ASiC-E'], 'XAdES'],
    ['containers with CAdES', ['--format', 'ASiC-E', '--packaging', 'cades'], 'CAdES'],
    ['simple containers', ['--format', 'ASiC-S', '--packaging', 'cades'], 'CAdES'],
  ])('raises %s, step by step and once more', async (_, format, said) => {
    const data = desk.file('tờ trình.txt', 'Kính gửi UBND tỉnh');
    const beside = format.includes('detached') ? ['--detached', data] : [];
    let from = `${out}-B-B`;
    expect(await antin(['sign', data, '-o', from, ...desk.key(), ...format])).toMatchObject({ code: 0 });
    for (const level of ['B-T', 'B-LT', 'B-LTA', 'B-LTA']) {
      const to = `${from}-${level}`;
      const ran = await antin(['extend', from, '-o', to, '--level', level, ...beside, '--tsa', desk.tsa, ...desk.trust()]);
      expect(ran, ran.err).toMatchObject({ code: 0 });
      expect(ran.out).toBe(`${to}: ${said} ${level}\n`);
      from = to;
    }
  });

  it('raises an Office file as far as Office reads it', async () => {
    const document = desk.file('tờ trình.docx', packed(smallPackage('docx')));
    expect(await antin(['sign', document, '-o', out, ...desk.key()])).toMatchObject({ code: 0 });
    const to = `${out}-T`;
    expect(await antin(['extend', out, '-o', to, '--level', 'B-T', '--tsa', desk.tsa])).toMatchObject({ code: 0 });
    const further = await antin(['extend', out, '-o', `${to}A`, '--tsa', desk.tsa, ...desk.trust()]);
    expect(further).toMatchObject({ code: 65, out: '' });
    expect(further.err).toContain('[ooxml.level]');
  });

  it('refuses with a code and writes nothing', async () => {
    const run = (...args: readonly string[]) => antin(['extend', ...args]);
    const root = desk.trust().slice(0, 2);
    const broken = readFileSync(signed);
    broken[20] = (broken[20] as number) ^ 1;
    const cases: readonly (readonly [number, string, readonly string[]])[] = [
      [64, 'extend.usage', [signed]],
      [64, 'extend.usage', [signed, '-o', out, ...root]],
      [64, 'extend.usage', [signed, '-o', out, '--tsa', desk.tsa]],
      [64, 'extend.usage', [signed, '-o', out, '--level', 'B-X', '--tsa', desk.tsa, ...root]],
      [64, 'sign.output-is-input', [signed, '-o', signed, '--tsa', desk.tsa, ...root]],
      [65, 'extend.nothing-signed', [desk.file('letter.pdf'), '-o', out, '--tsa', desk.tsa, ...root]],
      [69, 'extend.evidence-missing', [signed, '-o', out, '--offline', '--tsa', desk.tsa, ...root]],
      [65, 'extend.unsupported-file', [desk.file('text.txt', 'không phải CMS'), '-o', out, '--tsa', desk.tsa, ...root]],
      [65, '', [desk.file('broken.pdf', broken), '-o', out, '--tsa', desk.tsa, ...root]],
      [69, 'source.', [signed, '-o', out, '--tsa', 'http://127.0.0.1:1/', ...desk.trust()]],
    ];
    for (const [code, reason, args] of cases) {
      const ran = await run(...args);
      expect(ran, args.join(' ')).toMatchObject({ code, out: '' });
      expect(ran.err).toContain(reason);
      expect(readdirSync(desk.folder)).not.toContain(`out ${n}`);
    }
  });

  it('asks the addresses of the certificates, where the administrator allows them', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      void buffer(request).then((body) => {
        const path = request.url ?? '';
        asked.push(path);
        const now = Math.floor(Date.now() / 1000) * 1000;
        const issuer = /^\/crl\/(\w+)\.crl$/.exec(path)?.[1];
        if (issuer !== undefined) return response.end(pki.crlAt(now, issuer));
        const [id] = parseOcspRequest(new Uint8Array(body)).requests;
        const name = ['leader', 'tsa'].find((one) =>
          Buffer.from(pki.certificate(one).serialNumber).equals(id!.certId.serialNumber),
        );
        if (name !== undefined) return response.end(pki.ocspAt(name, now));
        response.statusCode = 404;
        return response.end();
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const pki = testPki({ ...presentPki().description, baseUrl: origin });
    const own = await signingDesk(pki);
    try {
      const path = own.file('signed.pdf');
      const input = own.file('letter.pdf', letter());
      expect(await antin(['sign', input, '-o', path, ...own.key(), '--tsa', own.tsa])).toMatchObject({ code: 0 });
      const args = ['extend', path, '-o', out, '--tsa', own.tsa, ...own.trust().slice(0, 2)];
      const closed = await antin(args);
      expect(closed).toMatchObject({ code: 69 });
      expect(asked).toEqual([]);
      expect(await antin([...args, '--allow', origin])).toMatchObject({ code: 0, out: `${out}: PAdES B-LTA\n` });
      expect(asked.filter((one) => one === '/ocsp')).toHaveLength(3);
      expect(asked).toContain('/crl/root.crl');
    } finally {
      server.close();
      await own.close();
    }
  });
});

describe('antin timestamp', () => {
  it('puts a document time-stamp over a PDF, signed or not', async () => {
    for (const input of [signed, desk.file('letter.pdf')]) {
      const target = `${out}-${input === signed}`;
      expect(await antin(['timestamp', input, '-o', target, '--tsa', desk.tsa, '--digest', 'SHA-512'])).toMatchObject({
        code: 0,
        out: `${target}: document time-stamp\n`,
      });
      if (tools.pdfsig) expect(pdfsig(new Uint8Array(readFileSync(target))).signatures).toBe(input === signed ? 2 : 1);
    }
  });

  it('puts any other file into a container with the time-stamp', async () => {
    const target = `${out}.asics`;
    const text = desk.file('biên bản.txt', 'Biên bản họp');
    const args = ['--tsa', desk.tsa, '--digest', 'SHA-384', '--mimetype', 'text/plain'];
    expect(await antin(['timestamp', text, '-o', target, ...args])).toMatchObject({
      code: 0,
      out: `${target}: ASiC-S with a time-stamp\n`,
    });
    const container = openAsic(memorySource(new Uint8Array(readFileSync(target))), { inflateRaw: nodeInflateRaw });
    expect(container).toMatchObject({ kind: 'ASiC-S', mimetype: [] });
    expect(container.files.map((one) => one.name)).toEqual(['biên bản.txt']);
    const { out: said } = await antin(['validate', target, ...desk.trust(), '--format', 'json']);
    const report = JSON.parse(said) as ValidationReport;
    expect(report.signatures.flatMap((one) => one.timestamps.map((stamp) => stamp.indication))).toEqual(['PASSED']);
  });

  it('refuses a damaged PDF, and an authority that does not answer or answers wrongly', async () => {
    const text = desk.file('text.pdf', 'chữ');
    const refused = await antin(['timestamp', text, '-o', out, '--tsa', desk.tsa]);
    expect(refused).toMatchObject({ code: 65 });
    expect(refused.err).toContain('[pdf.header]');
    expect(await antin(['timestamp', signed, '-o', out, '--tsa', 'http://127.0.0.1:1/'])).toMatchObject({ code: 69 });
    expect(await antin(['timestamp', signed, '-o', out])).toMatchObject({ code: 64 });
    expect(await antin(['timestamp', signed, '-o', out, '--tsa', 'file:///etc/passwd'])).toMatchObject({ code: 64 });
    desk.stampWith({ nonce: 1n });
    const wrong = await antin(['timestamp', desk.file('data.txt'), '-o', out, '--tsa', desk.tsa]);
    desk.stampWith({});
    expect(wrong).toMatchObject({ code: 69 });
    expect(wrong.err).toContain('[source.tsa-mismatch]');
  });
});
