import { latin1 } from '@antin/formats/bytes/bytes';
import { pdfArray, pdfDict, pdfName, pdfRef, withEntries } from '@antin/formats/pdf/objects';
import type { PdfDict, PdfObject } from '@antin/formats/pdf/objects';
import type { PdfUpdate } from '@antin/formats/pdf/update';
import { DAY, HOUR, append, judged, letter, sign } from '@antin/testkit/judging/documents';
import { testPki } from '@antin/testkit/pki/test-pki';
import { beforeAll, describe, expect, it } from 'vitest';

const pki = testPki();
let signed: Uint8Array;
beforeAll(async () => {
  signed = await sign(letter(), { pki, by: 'leader', stampedAt: pki.now });
});

/** Adds the document security store with the status of the time of signing, as an LT extension would. */
function withDss(file: Uint8Array, also?: (update: PdfUpdate) => void, extra: Record<string, PdfObject> = {}): Uint8Array {
  return append(file, (update) => {
    const evidence = pki.evidence(pki.now + HOUR);
    const streams = (list: readonly Uint8Array[]) => pdfArray(list.map((bytes) => update.addStream({}, bytes)));
    const certificates = [...pki.chain('leader'), ...pki.chain('tsa'), pki.certificate('ocsp')].map((one) => one.raw);
    const dss = update.add(
      pdfDict({ Certs: streams(certificates), CRLs: streams(evidence.crls), OCSPs: streams(evidence.ocsps), ...extra }),
    );
    update.set(pdfRef(1), withEntries(update.file.last.catalog, { DSS: dss }));
    also?.(update);
  });
}

const nothing = { evidence: { certificates: [], crls: [], ocsps: [] } };

describe('evidence inside the file', () => {
  it('makes B-LT and serves without anything from outside', () => {
    const report = judged(withDss(signed), pki, pki.now + 2 * HOUR, nothing);
    expect(report.verdict).toBe('valid');
    expect(report.signatures[0]).toMatchObject({ level: 'B-LT' });
    expect(report.signatures[0]?.changes.map((one) => [one.class, one.allowed])).toEqual([['dss', true]]);
  });

  it('does not serve for a time-stamping unit whose status has gone stale since: that needs an archive time-stamp', () => {
    const report = judged(withDss(signed), pki, pki.now + 60 * DAY, nothing);
    expect(report.verdict).toBe('indeterminate');
    expect(report.signatures[0]?.timestamps[0]?.subIndication).toBe('TRY_LATER');
  });

  it('is trusted for nothing: a forged list proves nothing', () => {
    const broken = testPki({ ...pki.description, baseUrl: 'http://other.test' });
    const file = append(signed, (update) => {
      const crls = broken.evidence(pki.now).crls.map((bytes) => {
        const forged = bytes.slice();
        forged[forged.length - 1] = (forged.at(-1) as number) ^ 1;
        return update.addStream({}, forged);
      });
      const dss = update.add(pdfDict({ CRLs: pdfArray(crls) }));
      update.set(pdfRef(1), withEntries(update.file.last.catalog, { DSS: dss }));
    });
    expect(judged(file, pki, pki.now + HOUR, nothing).signatures[0]?.subIndication).toBe('TRY_LATER');
  });
});

describe('evidence as a cover for other changes', () => {
  it('a page changed in the same revision does not pass', () => {
    const file = withDss(signed, (update) => update.setStream(pdfRef(4), {}, latin1('BT /F1 9 Tf 72 720 Td (khac) Tj ET')));
    expect(judged(file, pki).verdict).toBe('invalid');
  });

  it('entries that have no place in a store do not pass', () => {
    const file = withDss(signed, undefined, { XObject: pdfDict({}) });
    expect(judged(file, pki).verdict).toBe('invalid');
  });

  it('a store that is also the resources of a page is not explained away', async () => {
    const shared = await sign(letter('Xin chao', '/PieceInfo 30 0 R '), { pki, by: 'leader', stampedAt: pki.now });
    const file = append(shared, (update) => {
      let ref = update.allocate();
      for (; ref.num < 30; ref = update.allocate()) update.set(ref, pdfDict({}));
      update.set(ref, pdfDict({ Type: pdfName('DSS'), Certs: pdfArray([]) }));
      update.set(pdfRef(1), withEntries(update.file.last.catalog as PdfDict, { DSS: ref }));
    });
    const report = judged(file, pki);
    expect(report.verdict).toBe('invalid');
    expect(report.signatures[0]?.changes.map((one) => one.what)).toContain('missing-object-supplied');
  });
});
