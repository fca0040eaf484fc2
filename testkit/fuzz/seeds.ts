import { nodeCrypto as door, nodeSecrets } from '@antin/adapters/crypto/node';
import { utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import type { ByteSource } from '@antin/formats/bytes/source';
import { writePkcs12 } from '@antin/pki/pkcs12/write';
import { signAsic } from '@antin/signature/asic/sign';
import { extendCades } from '@antin/signature/cades/extend';
import { signCades } from '@antin/signature/cades/sign';
import { extendJades } from '@antin/signature/jades/extend';
import { signJades } from '@antin/signature/jades/sign';
import { extendXades } from '@antin/signature/xades/extend';
import { signXades } from '@antin/signature/xades/sign';
import { letter, prepared, sign, walk } from '../judging/documents.ts';
import { everyFormat } from '../judging/every-format.ts';
import { evidenceSource, timeStampSource } from '../pki/evidence-source.ts';
import { testPki } from '../pki/test-pki.ts';

export const pki = testPki();

const all = (source: ByteSource): Uint8Array => source.read(0, source.size).slice();

/** Honest files of each kind, small, with as many structures as there are. */
export async function seeds() {
  let time = pki.now;
  const key = pki.signingKey('leader');
  const basic = { door, level: 'B-B', signingTime: pki.now } as const;
  const extend = () => ({
    door,
    level: 'B-LTA' as const,
    anchors: pki.anchors,
    at: time + 600_000,
    timeStamp: timeStampSource(pki, () => (time += 60_000)),
    evidenceFor: evidenceSource(pki, () => time),
  });
  const data = utf8('<a xmlns="urn:a"><b Id="b">Kính gửi</b></a>');
  const evidence = pki.evidence(pki.now);
  const token = pki.timeStampToken({ digest: 'SHA-256', hash: new Uint8Array(32) }, pki.now);
  const cades = all(await signCades(memorySource(data), key, { ...basic, packaging: 'attached' }));
  const cadesLta = all(await extendCades(memorySource(cades), extend()));
  const xades = await signXades({ packaging: 'enveloped', document: data }, key, basic);
  const jades = await signJades({ packaging: 'attached', payload: utf8('{"a":1}'), mimeType: 'application/json' }, key, {
    ...basic,
    serialization: 'flattened',
  });
  const file = (name: string) => ({ name, content: memorySource(data), mimeType: 'text/xml' });
  const asic = all(await signAsic({ container: 'ASiC-E', files: [file('a.xml'), file('phụ lục/b.xml')] }, key, basic));
  const secret = nodeSecrets.generateKeyPair('p-256');
  const { leader, sealed } = await walk(pki);
  const others = await everyFormat(pki, 'leader');
  const ending = (end: string) => others.filter(({ name }) => name.endsWith(end)).map((one) => one.file);
  return {
    der: {
      certificates: ['leader', 'root', 'issuing', 'tsa', 'ocsp'].map((name) => pki.certificate(name).raw),
      crls: [...evidence.crls],
      ocsps: [pki.ocspAt('leader', pki.now), pki.ocspAt('revoked', pki.now)],
      cms: [cades, cadesLta, token],
      tokens: [token],
      pkcs12: [
        writePkcs12({ pkcs8: secret.pkcs8, certificates: [pki.certificate('leader').raw], friendlyName: 'a' }, 'x', nodeSecrets, {
          iterations: 2048,
        }),
      ],
    },
    pdf: [letter(), prepared(), await sign(letter(), { pki, by: 'leader', stampedAt: pki.now }), leader, sealed],
    xml: [data, xades, await extendXades(xades, extend())],
    json: [utf8('{"a":[1,2,{"b":null}],"c":"\\u1ea5n"}'), jades, await extendJades(jades, { ...extend(), content: {} })],
    zip: [asic],
    office: ending('.docx'),
    mail: ending('.eml'),
  };
}
