import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { nodeInflateRaw as inflateRaw } from '@antin/adapters/inflate/raw';
import { fromUtf8, utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { digestOf } from '@antin/pki/crypto';
import { signAsic, signAsicCades } from '@antin/signature/asic/sign';
import { signCades } from '@antin/signature/cades/sign';
import { signJades } from '@antin/signature/jades/sign';
import { openOoxml } from '@antin/signature/ooxml/package';
import { signOoxml } from '@antin/signature/ooxml/sign';
import { signXades } from '@antin/signature/xades/sign';
import { bytesOf, docx, packed, unpacked } from '../ooxml/packages.ts';
import type { TestPki } from '../pki/types.ts';
import { letter, sign } from './documents.ts';

/** A signed file, its data where that stands beside it, and the same after somebody changed what was signed. */
export interface Sample {
  readonly name: string;
  readonly file: Uint8Array;
  readonly data?: { readonly name: string; readonly bytes: Uint8Array };
  readonly changed: { readonly file: Uint8Array; readonly data?: Uint8Array };
}

const TEXT = 'Quyết định về việc thử nghiệm, số 12/QĐ-UBND.';
const OTHER = 'Quyết định về việc thử nghiệm, số 13/QĐ-UBND.';
const XML = `<?xml version="1.0" encoding="UTF-8"?>\n<QuyetDinh><So>12/QĐ-UBND</So></QuyetDinh>`;
const PAYLOAD = '{"số":"12/QĐ-UBND"}';

/** One small file of each format that is judged, signed by `who` at the present of the PKI. */
export async function everyFormat(pki: TestPki, who: string): Promise<readonly Sample[]> {
  const key = pki.signingKey(who);
  const signingTime = pki.now;
  const at = { door, signingTime };
  const xades = { ...at, level: 'B-B' } as const;
  const data = { name: 'quyết định.txt', bytes: utf8(TEXT) };
  const files = [{ name: data.name, content: memorySource(data.bytes), mimeType: 'text/plain' }];
  const pdf = await sign(letter(), { pki, by: who });
  const attached = bytesOf(await signCades(memorySource(data.bytes), key, { ...at, packaging: 'attached' }));
  const detached = bytesOf(await signCades(memorySource(data.bytes), key, { ...at, packaging: 'detached' }));
  const xml = await signXades({ packaging: 'enveloped', document: utf8(XML) }, key, xades);
  const xmlDetached = await signXades({ packaging: 'detached', files }, key, xades);
  const json = { ...at, serialization: 'flattened' } as const;
  const jws = await signJades({ packaging: 'attached', payload: utf8(PAYLOAD) }, key, json);
  const jwsDetached = await signJades({ packaging: 'detached', files }, key, json);
  const asicE = bytesOf(await signAsicCades({ container: 'ASiC-E', files }, key, xades));
  const asicS = bytesOf(await signAsic({ container: 'ASiC-S', files }, key, xades));
  const office = bytesOf(await signOoxml(openOoxml(memorySource(docx()), { inflateRaw }), key, { ...at, level: 'XAdES-EPES' }));
  const body = memorySource(utf8(MAIL_BODY.join('\r\n')));
  const mail = clearMail(bytesOf(await signCades(body, key, { ...at, packaging: 'detached' })));
  const beside = { data, changed: { data: utf8(OTHER) } };
  return [
    { name: 'văn bản.pdf', file: pdf, changed: { file: replaced(pdf, 'thu nghiem', 'thu_nghiem') } },
    { name: 'đính kèm.p7m', file: attached, changed: { file: replaced(attached, '12/Q', '13/Q') } },
    { name: 'ký rời.p7s', file: detached, ...beside, changed: { file: detached, ...beside.changed } },
    { name: 'quyết định.xml', file: xml, changed: { file: replaced(xml, '12/Q', '13/Q') } },
    { name: 'ký rời.xml', file: xmlDetached, ...beside, changed: { file: xmlDetached, ...beside.changed } },
    { name: 'hồ sơ.json', file: jws, changed: { file: replaced(jws, base64Url('12/Q'), base64Url('13/Q')) } },
    { name: 'ký rời.json', file: jwsDetached, ...beside, changed: { file: jwsDetached, ...beside.changed } },
    { name: 'bó tệp.asice', file: asicE, changed: { file: inZip(asicE, data.name, OTHER) } },
    { name: 'bó tệp.asics', file: asicS, changed: { file: inZip(asicS, data.name, OTHER) } },
    { name: 'công văn.docx', file: office, changed: { file: editedOffice(office) } },
    { name: 'thư.eml', file: mail, changed: { file: replaced(mail, '12/Q', '13/Q') } },
  ];
}

const MAIL_BODY = ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit', '', TEXT, ''];

/** multipart/signed (RFC 8551 §3.5.3) */
function clearMail(signature: Uint8Array): Uint8Array {
  const lines = [
    'From: Nguyen Van An <nguyenvanan@thunghiem.gov.vn>',
    'MIME-Version: 1.0',
    'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary="----x"',
    ...['', '------x', ...MAIL_BODY, '------x'],
    ...['Content-Type: application/pkcs7-signature; name="smime.p7s"', 'Content-Transfer-Encoding: base64', ''],
    ...(Buffer.from(signature)
      .toString('base64')
      .match(/.{1,64}/g) ?? []),
    ...['------x--', ''],
  ];
  return utf8(lines.join('\r\n'));
}

/** What a server of the test PKI trusts, and its status answers by issuer. */
export function trustOf(pki: TestPki, issuers: readonly string[] = ['root', 'issuing']) {
  const names = new Map(issuers.map((name) => [toHex(digestOf(door, 'SHA-256', pki.certificate(name).raw)), name]));
  return {
    anchors: pki.anchors.map((anchor) => ({ ...anchor, label: 'Gốc thử nghiệm', practice: true })),
    certificates: [pki.certificate('issuing').raw],
    evidence: async ({ kind, issuerSha256 }: { readonly kind: 'crl' | 'ocsp'; readonly issuerSha256: string }) => {
      const issuer = names.get(issuerSha256);
      return kind === 'crl' && issuer !== undefined ? pki.crlAt(pki.now, issuer) : undefined;
    },
  };
}

function replaced(file: Uint8Array, from: string, to: string): Uint8Array {
  const text = Buffer.from(file).toString('latin1');
  const [was, becomes] = [Buffer.from(from).toString('latin1'), Buffer.from(to).toString('latin1')];
  if (!text.includes(was)) throw new Error(`the file does not hold ${from}`);
  return new Uint8Array(Buffer.from(text.replace(was, becomes), 'latin1'));
}

/** The letters of `part` as they stand in the base64url text of the payload. */
function base64Url(part: string): string {
  const whole = PAYLOAD.replace('12/Q', part);
  const at = Buffer.byteLength(PAYLOAD.slice(0, PAYLOAD.indexOf('12/Q')));
  const first = Math.floor(at / 3) * 4;
  return Buffer.from(whole)
    .toString('base64url')
    .slice(first, first + 12);
}

/** Written anew with right checksums: the container is whole, what was signed is another text. */
function inZip(archive: Uint8Array, name: string, text: string): Uint8Array {
  const items = unpacked(archive);
  if (items[name] === undefined) throw new Error(`the container has no ${name}`);
  return packed({ ...items, [name]: text });
}

function editedOffice(archive: Uint8Array): Uint8Array {
  const items = unpacked(archive);
  const name = 'word/document.xml';
  const before = fromUtf8(items[name] as Uint8Array);
  const after = before.replace(/<w:t([^>]*)>/, '<w:t$1>!');
  if (after === before) throw new Error('the document has no text');
  return packed({ ...items, [name]: after });
}
