import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import { memorySource } from '@antin/formats/bytes/source';
import { decodeDer } from '@antin/formats/der/reader';
import { parseJson } from '@antin/formats/json/scan';
import { contentType, partsOf, readEntity } from '@antin/formats/mime/entity';
import { openPdf } from '@antin/formats/pdf/file';
import { canonicalize } from '@antin/formats/xml/canonicalize';
import { withXml } from '@antin/formats/xml/document';
import { openZip } from '@antin/formats/zip/reader';
import { parseSignedData } from '@antin/pki/cms/signed-data';
import { parseCrl } from '@antin/pki/crl/parse';
import { parseOcspResponse } from '@antin/pki/ocsp/response';
import { readPkcs12 } from '@antin/pki/pkcs12/read';
import { parseTimeStampToken } from '@antin/pki/tsp/token';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { openAsic } from '@antin/signature/asic/container';
import { readJws } from '@antin/signature/jades/jws';
import { openOoxml } from '@antin/signature/ooxml/package';
import { readXadesSignatures } from '@antin/signature/xades/read-signed';
import { formFields } from '@antin/signature/validation/pdf/fields';
import { findSignatures } from '@antin/signature/validation/pdf/find-signatures';
import { validate } from '@antin/signature/validation/validate';
import { beforeAll, describe, expect, it } from 'vitest';
import { contextOf } from '../judging/documents.ts';
import { mutated, seeded } from './mutate.ts';
import { pki, seeds } from './seeds.ts';
import { watched } from './watched.ts';

/** At least 200,000 damaged files a run, the same ones every time. */
type Seeds = Awaited<ReturnType<typeof seeds>>;
let honest: Seeds;
beforeAll(async () => {
  honest = await seeds();
});

interface Reader {
  readonly name: string;
  readonly inputs: number;
  readonly from: (seeds: Seeds) => readonly Uint8Array[];
  readonly read: (bytes: Uint8Array) => unknown;
}

const parsed = (mode: 'strict' | 'tolerant') => (bytes: Uint8Array) => {
  const file = openPdf(memorySource(bytes), { inflate: nodeInflate, mode });
  for (const page of file.last.walkPages()) file.last.resolve(page.dict.entries.get('Contents'));
  findSignatures(file);
  formFields(file.last);
};

const READERS: readonly Reader[] = [
  { name: 'DER', inputs: 30_000, from: (s) => Object.values(s.der).flat(), read: (b) => decodeDer(b) },
  { name: 'certificate', inputs: 25_000, from: (s) => s.der.certificates, read: parseCertificate },
  { name: 'CRL', inputs: 15_000, from: (s) => s.der.crls, read: (b) => parseCrl(b).find(Uint8Array.of(1)) },
  { name: 'OCSP', inputs: 15_000, from: (s) => s.der.ocsps, read: parseOcspResponse },
  { name: 'CMS', inputs: 15_000, from: (s) => s.der.cms, read: parseSignedData },
  { name: 'time-stamp token', inputs: 10_000, from: (s) => s.der.tokens, read: parseTimeStampToken },
  { name: 'PKCS#12', inputs: 2_000, from: (s) => s.der.pkcs12, read: (b) => readPkcs12(b, 'x', nodeSecrets) },
  { name: 'PDF, strict', inputs: 20_000, from: (s) => s.pdf, read: parsed('strict') },
  { name: 'PDF, tolerant', inputs: 10_000, from: (s) => s.pdf, read: parsed('tolerant') },
  {
    name: 'XML',
    inputs: 15_000,
    from: (s) => s.xml,
    read: (b) => withXml(b, (tree) => canonicalize(tree, 'http://www.w3.org/2001/10/xml-exc-c14n#')),
  },
  { name: 'XAdES', inputs: 8_000, from: (s) => s.xml, read: (b) => withXml(b, (tree) => readXadesSignatures(tree, nodeCrypto)) },
  { name: 'JSON', inputs: 30_000, from: (s) => s.json, read: (b) => parseJson(b) },
  { name: 'JWS', inputs: 10_000, from: (s) => s.json, read: readJws },
  {
    name: 'ZIP',
    inputs: 15_000,
    from: (s) => s.zip,
    read: (b) => {
      const zip = openZip(memorySource(b), { inflateRaw: nodeInflateRaw });
      for (const entry of zip.entries) zip.content(entry);
    },
  },
  {
    name: 'Office',
    inputs: 3_000,
    from: (s) => s.office,
    read: (b) => openOoxml(memorySource(b), { inflateRaw: nodeInflateRaw }),
  },
  {
    name: 'mail',
    inputs: 10_000,
    from: (s) => s.mail,
    read: (b) => {
      const entity = readEntity(b);
      for (const { start, end } of partsOf(b, entity).parts) contentType(readEntity(b, start, end));
    },
  },
  { name: 'ASiC', inputs: 5_000, from: (s) => s.zip, read: (b) => openAsic(memorySource(b), { inflateRaw: nodeInflateRaw }) },
];

describe('no damaged file surprises a reader', () => {
  it('the run is as large as it must be', () => {
    expect(READERS.reduce((sum, one) => sum + one.inputs, 0)).toBeGreaterThanOrEqual(200_000);
  });

  it.each(READERS)('$name, $inputs times', ({ name, inputs, from, read }) => {
    const random = seeded(20261121 + name.length * 1009);
    const files = from(honest);
    for (const one of files) watched(read, one, name);
    let refused = 0;
    for (let i = 0; i < inputs; i++) if (watched(read, mutated(files, random), `${name} ${i}`) !== undefined) refused++;
    // A reader that refuses nothing, or everything, was not tested.
    expect(refused).toBeGreaterThan(inputs / 50);
  });
});

describe('no damaged file surprises the judge', () => {
  it.each(['pdf', 'xml', 'json', 'zip', 'office', 'mail'] as const)('%s', (kind) => {
    const random = seeded(7_000_003 + kind.charCodeAt(0));
    const context = contextOf(pki, pki.now + 3_600_000);
    const judge = (bytes: Uint8Array) => validate(memorySource(bytes), context);
    const verdicts = new Map<string, number>();
    for (let i = 0; i < 2000; i++) {
      const input = mutated(honest[kind], random);
      watched(
        (bytes) => {
          const { verdict } = judge(bytes).report;
          verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
        },
        input,
        `${kind} ${i}`,
      );
    }
    expect(verdicts.size).toBeGreaterThan(0);
  });

  it('cms', () => {
    const random = seeded(99);
    for (let i = 0; i < 800; i++) {
      watched((bytes) => validate(memorySource(bytes), contextOf(pki, pki.now)), mutated(honest.der.cms, random), `cms ${i}`);
    }
  });
});
