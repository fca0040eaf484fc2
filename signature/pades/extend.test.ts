import { afterAll, describe, expect, it } from 'vitest';
import { fromLatin1 } from '@antin/formats/bytes/bytes';
import { fromHex, toHex } from '@antin/formats/bytes/text-encodings';
import { memorySource } from '@antin/formats/bytes/source';
import { openPdf } from '@antin/formats/pdf/file';
import { digestOf } from '@antin/pki/crypto';
import { parseOcspResponse } from '@antin/pki/ocsp/response';
import { encodePem } from '@antin/pki/pem';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { commonName } from '@antin/pki/x509/name';
import { openssl, opensslVersion } from '@antin/testkit/openssl';
import { buildPdf, hybridPdf, plainObjects } from '@antin/testkit/pdf/build-pdf';
import { pdfsig, qpdfCheck, qpdfRewrite, tools } from '@antin/testkit/pdf/outside';
import { doors, joined, signedPdf } from '@antin/testkit/pdf/signing';
import { DEFAULT_PKI } from '@antin/testkit/pki/description';
import { evidenceSource, timeStampSource } from '@antin/testkit/pki/evidence-source';
import { testPki } from '@antin/testkit/pki/test-pki';
import { openCms } from '../validation/cms-container.ts';
import { readDss } from '../validation/pdf/dss.ts';
import type { ValidationReport } from '../validation/types.ts';
import { validate } from '../validation/validate.ts';
import { embedDocumentTimeStamp, prepareDocumentTimeStamp, timestampPdf } from './document-time-stamp.ts';
import type { ExtendPadesOptions } from './extend.ts';
import { extendPades } from './extend.ts';
import { preparedTimeStampFromJson, preparedTimeStampToJson } from './prepared-time-stamp.ts';

const pki = testPki();
const MINUTE = 60_000;
const input = buildPdf(plainObjects(), { trailer: '/ID[<00><00>]' }).bytes;
const stampAt = (at: number) => ({
  level: 'B-T' as const,
  timeStamp: (hash: Uint8Array) => Promise.resolve(pki.timeStampToken({ digest: 'SHA-256', hash }, at)),
});
const leader = pki.signingKey('leader');

/** A clock that goes on by a minute with every time-stamp, so that their order is real. */
function world(start = pki.now) {
  let time = start;
  const clock = () => time;
  const asked: string[] = [];
  return {
    clock,
    asked,
    options: (more: Partial<ExtendPadesOptions> = {}): ExtendPadesOptions => ({
      ...doors,
      level: 'B-LTA',
      anchors: pki.anchors,
      at: time + 10 * MINUTE,
      timeStamp: timeStampSource(pki, () => (time += MINUTE)),
      evidenceFor: evidenceSource(pki, clock, { asked }),
      ...more,
    }),
  };
}

async function extended(bytes: Uint8Array, options: ExtendPadesOptions): Promise<Uint8Array> {
  return joined(bytes, await extendPades(memorySource(bytes), options));
}

function judged(bytes: Uint8Array, at: number, anchors = pki.anchors): ValidationReport {
  const evidence = { certificates: [], crls: [], ocsps: [] };
  return validate(memorySource(bytes), { ...doors, trust: anchors, evidence, at }).report;
}

const levels = (report: ValidationReport) => report.signatures.map((one) => one.level);
const storeOf = (bytes: Uint8Array) => readDss(openPdf(memorySource(bytes), { inflate: doors.inflate, mode: 'strict' }).last);

describe('a PDF raised to a level', () => {
  it('from B-T is B-LT with evidence for signature and time-stamp, and B-LTA with a time-stamp over it', async () => {
    const signed = await signedPdf(input, leader, stampAt(pki.now));
    const { options, clock } = world();
    const lt = await extended(signed, options({ level: 'B-LT' }));
    expect(levels(judged(lt, clock() + MINUTE))).toEqual(['B-LT']);
    const names = storeOf(lt).certificates.map((raw) => commonName(parseCertificate(raw).subject));
    expect(names).toEqual(
      expect.arrayContaining(['Nguyễn Văn An', 'CA cấp phát thử nghiệm', 'Gốc thử nghiệm', 'TSA thử nghiệm', 'OCSP thử nghiệm']),
    );
    expect(storeOf(lt).ocsps.map((raw) => parseOcspResponse(raw).status)).toEqual(['successful', 'successful']);
    const lta = await extended(lt, options());
    const report = judged(lta, clock() + MINUTE);
    expect(report).toMatchObject({ verdict: 'valid', signatures: [{ level: 'B-LTA', indication: 'TOTAL_PASSED' }] });
    // Nothing was asked twice and nothing stored twice: the second step only added its time-stamp.
    expect(openPdf(memorySource(lta), { inflate: doors.inflate, mode: 'strict' }).revisions).toHaveLength(4);
  });

  it('keeps what was there byte for byte, every signature intact', async () => {
    const first = await signedPdf(input, leader, stampAt(pki.now));
    const second = await signedPdf(first, pki.signingKey('seal'));
    const { options, clock } = world();
    const lta = await extended(second, options());
    expect(lta.subarray(0, second.length)).toEqual(second);
    const report = judged(lta, clock() + MINUTE);
    expect(report.signatures).toMatchObject([
      { level: 'B-LTA', intact: true, indication: 'TOTAL_PASSED' },
      { level: 'B-LTA', intact: true, indication: 'TOTAL_PASSED' },
    ]);
  });

  it('gives a signature whose own time-stamp never came a document time-stamp', async () => {
    const signed = await signedPdf(input, leader);
    expect(levels(judged(signed, pki.now))).toEqual(['B-B']);
    const { options, clock } = world();
    const t = await extended(signed, options({ level: 'B-T' }));
    const lists = pki.evidence(clock());
    const { report } = validate(memorySource(t), { ...doors, trust: pki.anchors, evidence: lists, at: clock() + MINUTE });
    expect(report.signatures).toMatchObject([{ level: 'B-T', indication: 'TOTAL_PASSED' }]);
    expect(await extendPades(memorySource(t), options({ level: 'B-T' }))).toHaveLength(0);
  });

  it('is B-T from the start where the token does not fit: it becomes a document time-stamp of its own', async () => {
    const signed = await signedPdf(input, leader, { ...stampAt(pki.now), tokenBytes: 100 });
    const evidence = pki.evidence(pki.now);
    const { report } = validate(memorySource(signed), { ...doors, trust: pki.anchors, evidence, at: pki.now + MINUTE });
    expect(report.signatures).toMatchObject([{ level: 'B-T', indication: 'TOTAL_PASSED' }]);
    expect(report.signatures[0]!.timestamps.map((one) => one.kind)).toEqual(['document-time-stamp']);
  });

  it('outlives its certificates: judged years after they ended, renewed in time', async () => {
    const short = testPki({
      ...DEFAULT_PKI,
      entities: {
        ...DEFAULT_PKI.entities,
        newTsa: {
          ...DEFAULT_PKI.entities['tsa']!,
          issuer: 'newIssuing',
          subject: [
            ['C', 'VN'],
            ['CN', 'TSA mới'],
          ],
          notAfter: '2038-01-01T00:00:00Z',
        },
        newIssuing: {
          profile: 'ca',
          issuer: 'root',
          subject: [
            ['C', 'VN'],
            ['CN', 'CA mới'],
          ],
          key: 'p-256',
          pathLength: 0,
          notAfter: '2039-01-01T00:00:00Z',
        },
      },
    });
    const signed = await signedPdf(input, short.signingKey('leader'), {
      level: 'B-T',
      timeStamp: (hash) => Promise.resolve(short.timeStampToken({ digest: 'SHA-256', hash }, short.now)),
    });
    const common = { ...doors, level: 'B-LTA' as const, anchors: short.anchors };
    const now = short.now + MINUTE;
    const once = await extended(signed, {
      ...common,
      at: now,
      timeStamp: timeStampSource(short, () => now),
      evidenceFor: evidenceSource(short, () => now),
    });
    const years = Date.parse('2029-06-01T00:00:00Z');
    const twice = await extended(once, {
      ...common,
      at: years,
      timeStamp: timeStampSource(short, () => years, { tsa: 'newTsa' }),
      evidenceFor: evidenceSource(short, () => years),
    });
    const after = Date.parse('2034-01-01T00:00:00Z');
    const status = {
      certificates: [short.certificate('newIssuing').raw],
      crls: [short.crlAt(after, 'newIssuing'), short.crlAt(after, 'root')],
      ocsps: [],
    };
    const at = (bytes: Uint8Array) =>
      validate(memorySource(bytes), { ...doors, trust: short.anchors, evidence: status, at: after }).report;
    expect(at(twice)).toMatchObject({
      verdict: 'valid',
      signatures: [{ level: 'B-LTA', bestSignatureTime: new Date(short.now).toISOString() }],
    });
    expect(at(once).verdict).toBe('indeterminate');
  });

  it("where a lock covers all fields: a document time-stamp fills nobody's field", async () => {
    const objects = plainObjects(['/Annots[10 0 R]']);
    objects[1] = '<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[10 0 R]>>>>';
    const lock = '/Lock<</Type/SigFieldLock/Action/All>>';
    objects[10] = `<</Type/Annot/Subtype/Widget/FT/Sig/T(ky)/F 132/P 100 0 R/Rect[0 0 0 0]${lock}>>`;
    const locked = await signedPdf(buildPdf(objects).bytes, leader, { ...stampAt(pki.now), fieldName: 'ky' });
    const { options, clock } = world();
    const report = judged(await extended(locked, options()), clock() + MINUTE);
    expect(report.signatures).toMatchObject([{ level: 'B-LTA', indication: 'TOTAL_PASSED' }]);
  });

  it.each(['table', 'stream', 'hybrid'])('works on a file with a cross-reference %s', async (kind) => {
    const file =
      kind === 'table'
        ? input
        : kind === 'hybrid'
          ? hybridPdf()
          : tools.qpdf
            ? qpdfRewrite(input, '--object-streams=generate')
            : input;
    const { options, clock } = world();
    const lta = await extended(await signedPdf(file, leader), options());
    expect(levels(judged(lta, clock() + MINUTE))).toEqual(['B-LTA']);
  });
});

describe('a PDF is not raised', () => {
  const refused = (bytes: Uint8Array, more: Partial<ExtendPadesOptions>, code: unknown) =>
    expect(extendPades(memorySource(bytes), world().options(more))).rejects.toMatchObject({ code });

  it('when nobody signed it, or a signature is broken, or its signer was revoked before', async () => {
    await refused(input, {}, 'extend.nothing-signed');
    const signed = await signedPdf(input, leader, stampAt(pki.now));
    const broken = signed.slice();
    broken[30] = (broken[30] as number) ^ 1;
    await refused(broken, {}, expect.stringMatching(/^(extend|pdf)\./) as string);
    const revoked = await signedPdf(input, pki.signingKey('revoked'), stampAt(pki.now));
    await refused(revoked, {}, 'extend.revoked');
  });

  it('when the chain is not trusted or its evidence cannot be had', async () => {
    const signed = await signedPdf(input, leader, stampAt(pki.now));
    await refused(signed, { anchors: [] }, 'extend.no-chain');
    const nothing = () => Promise.resolve({ certificates: [], crls: [], ocsps: [] });
    await refused(signed, { evidenceFor: nothing }, 'extend.evidence-missing');
    const stale = evidenceSource(pki, () => pki.now - 20 * 24 * 60 * MINUTE);
    await refused(signed, { evidenceFor: stale }, 'extend.evidence-missing');
  });

  it('when a certification allows nothing more', async () => {
    const objects = plainObjects(['/Annots[10 0 R]']);
    objects[1] = '<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[10 0 R]>>>>';
    const lock = '/Lock<</Type/SigFieldLock/Action/All/P 1>>';
    objects[10] = `<</Type/Annot/Subtype/Widget/FT/Sig/T(ky)/F 132/P 100 0 R/Rect[0 0 0 0]${lock}>>`;
    const signed = await signedPdf(buildPdf(objects).bytes, leader, { ...stampAt(pki.now), fieldName: 'ky' });
    await refused(signed, {}, 'pades.locked-by-certification');
  });

  it('when the certificate ended before any time-stamp', async () => {
    const signed = await signedPdf(input, pki.signingKey('expired'));
    await refused(signed, {}, 'extend.expired');
  });
});

describe('a document time-stamp alone', () => {
  const prepare = (bytes = input, tokenBytes = 6000) =>
    prepareDocumentTimeStamp(memorySource(bytes), { ...doors, at: pki.now, tokenBytes });

  it('is prepared, stored as JSON, and embedded when the authority has answered', () => {
    const prepared = preparedTimeStampFromJson(JSON.parse(JSON.stringify(preparedTimeStampToJson(prepare()))));
    const token = pki.timeStampToken({ digest: prepared.digest, hash: prepared.documentDigest }, pki.now);
    const out = joined(input, embedDocumentTimeStamp(memorySource(input), prepared, token));
    const report = judged(out, pki.now + MINUTE);
    expect(report.signatures).toMatchObject([{ format: 'PDF', errors: [{ code: 'pdf.time-stamp-only' }] }]);
    expect(report.signatures[0]?.timestamps).toHaveLength(1);
  });

  it('refuses a token over something else, a token too large, a changed file, a damaged preparation', () => {
    const prepared = prepare();
    const token = (hash: Uint8Array) => pki.timeStampToken({ digest: 'SHA-256', hash }, pki.now);
    const embed =
      (t: Uint8Array, p = prepared, of = input) =>
      () =>
        embedDocumentTimeStamp(memorySource(of), p, t);
    expect(embed(token(new Uint8Array(32)))).toThrow(expect.objectContaining({ code: 'signature.time-stamp-mismatch' }) as Error);
    const small = prepare(input, 100);
    expect(embed(token(small.documentDigest), small)).toThrow(
      expect.objectContaining({ code: 'pades.placeholder-too-small' }) as Error,
    );
    expect(embed(token(prepared.documentDigest), prepared, joined(input, Uint8Array.of(10)))).toThrow(
      expect.objectContaining({ code: 'pades.input-changed' }) as Error,
    );
    for (const member of Object.keys(preparedTimeStampToJson(prepared))) {
      const json = { ...preparedTimeStampToJson(prepared), [member]: { wrong: true } };
      expect(() => preparedTimeStampFromJson(json), member).toThrow(
        expect.objectContaining({ code: 'pades.prepared-damaged' }) as Error,
      );
    }
  });

  it('asks again with room enough when the token is larger than expected', async () => {
    const out = await timestampPdf(memorySource(input), {
      ...doors,
      at: pki.now,
      tokenBytes: 64,
      timeStamp: timeStampSource(pki, () => pki.now),
    });
    expect(judged(joined(input, out), pki.now).signatures[0]?.timestamps).toHaveLength(1);
  });
});

describe.skipIf(!tools.pdfsig || !tools.qpdf || opensslVersion === undefined)('outside judges of a B-LTA file', () => {
  const tool = openssl();
  afterAll(() => tool.remove());

  it.each(['leader', 'leaderRsa'])('accept it (%s)', async (who) => {
    const { options } = world();
    const key = pki.signingKey(who);
    const lta = await extended(await signedPdf(input, key, stampAt(pki.now)), options());
    // poppler does not know ETSI.RFC3161 and says so; openssl judges that token.
    expect(pdfsig(lta), pdfsig(lta).text).toMatchObject({ signatures: 2, valid: 1 });
    expect(qpdfCheck(lta).status).toBe(0);
    const text = fromLatin1(lta);
    const range = [...text.matchAll(/\/ByteRange ?\[0 (\d+) (\d+) (\d+)/g)].at(-1)!.slice(1).map(Number) as [
      number,
      number,
      number,
    ];
    const contents = openCms(fromHex(text.slice(range[0] + 1, range[1] - 1)), true).data!;
    const hash = digestOf(doors.door, 'SHA-256', lta.subarray(0, range[0]), lta.subarray(range[1], range[1] + range[2]));
    tool.put('token', contents.raw);
    tool.put('ca.pem', encodePem('CERTIFICATE', pki.certificate('root').raw));
    tool.put('untrusted.pem', encodePem('CERTIFICATE', pki.certificate('issuing').raw));
    const args = [
      'ts',
      '-verify',
      '-token_in',
      '-in',
      'token',
      '-CAfile',
      'ca.pem',
      '-untrusted',
      'untrusted.pem',
      '-attime',
      String(pki.now / 1000 + 600),
    ];
    expect(tool.run([...args, '-digest', toHex(hash)]).out).toContain('Verification: OK');
    expect(tool.run([...args, '-digest', toHex(hash.fill(0))]).ok).toBe(false);
  });
});
