import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { concatBytes, fromUtf8, utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import type { ByteSource } from '@antin/formats/bytes/source';
import { withXml } from '@antin/formats/xml/document';
import { encodeAttribute } from '@antin/pki/cms/attribute';
import { digestOf } from '@antin/pki/crypto';
import { OID } from '@antin/pki/oids';
import { archiveInput, buildHashIndex } from '@antin/signature/cades/archive-imprint';
import { frameSource, readFrame, withMembers, withUnsigned } from '@antin/signature/cades/frame';
import { signCades } from '@antin/signature/cades/sign';
import { timestampPdf } from '@antin/signature/pades/document-time-stamp';
import { appendSecurityStore } from '@antin/signature/pades/security-store';
import { validate } from '@antin/signature/validation/validate';
import { writeArchiveImprint } from '@antin/signature/xades/archive-imprint';
import { addUnsignedProperties } from '@antin/signature/xades/insert';
import { XADES141 } from '@antin/signature/xades/names';
import { readXadesSignatures } from '@antin/signature/xades/read-signed';
import type { XadesSignature } from '@antin/signature/xades/read-signed';
import { signXades } from '@antin/signature/xades/sign';
import { evidenceElements, timeStampElement } from '@antin/signature/xades/unsigned-properties';
import { doors } from '../pdf/signing.ts';
import { contextOf, letter, sign } from './documents.ts';
import type { MatrixMaker } from './negative-matrix.ts';

const judge: MatrixMaker['judge'] = (file, pki, at, evidence) =>
  validate(memorySource(file), contextOf(pki, at, { evidence })).report;
const DIGEST = 'SHA-256';

export const padesMaker: MatrixMaker = {
  sign: (pki, who, at, timeStamp) =>
    sign(letter(), {
      pki,
      by: who,
      when: at,
      ...(timeStamp === undefined
        ? {}
        : { level: 'B-T', timeStamp: (hash) => Promise.resolve(timeStamp({ digest: DIGEST, hash })) }),
    }),
  addEvidence: (file, evidence) =>
    concatBytes(file, appendSecurityStore(memorySource(file), evidence, doors) ?? new Uint8Array(0)),
  async archive(file, at, timeStamp) {
    const appended = await timestampPdf(memorySource(file), {
      ...doors,
      at,
      timeStamp: (imprint) => Promise.resolve(timeStamp(imprint)),
    });
    return concatBytes(file, appended);
  },
  judge,
};

const text = utf8('Nghị quyết số 1\n');
const whole = (source: ByteSource): Uint8Array => Uint8Array.from(source.read(0, source.size));

export const cadesMaker: MatrixMaker = {
  async sign(pki, who, at, timeStamp) {
    const key = pki.signingKey(who);
    return whole(
      await signCades(memorySource(text), key, {
        door,
        signingTime: at,
        packaging: 'attached',
        ...(timeStamp === undefined ? {} : { level: 'B-T', timeStamp: (imprint) => Promise.resolve(timeStamp(imprint)) }),
      }),
    );
  },
  addEvidence(file, { certificates, crls }) {
    const frame = readFrame(memorySource(file));
    return whole(
      frameSource({ ...frame, certificates: withMembers(frame.certificates, certificates), crls: withMembers(frame.crls, crls) }),
    );
  },
  archive(file, _, timeStamp) {
    const frame = readFrame(memorySource(file));
    const signerInfos = frame.signerInfos.map((signerInfo) => {
      const index = buildHashIndex({ certificates: frame.certificates, crls: frame.crls, signerInfo }, DIGEST, door);
      const input = archiveInput(frame.eContentType, digestOf(door, DIGEST, text), signerInfo, index);
      const token = readFrame(memorySource(timeStamp({ digest: DIGEST, hash: digestOf(door, DIGEST, ...input) })));
      const holder = token.signerInfos.map((one) => withUnsigned(one, [encodeAttribute(OID.idAaAtsHashIndexV3, index)]));
      const stamped = whole(frameSource({ ...token, signerInfos: holder }));
      return withUnsigned(signerInfo, [encodeAttribute(OID.idAaEtsArchiveTimestampV3, stamped)]);
    });
    return Promise.resolve(whole(frameSource({ ...frame, signerInfos })));
  },
  judge,
};

const withSignature = <T>(file: Uint8Array, use: (found: XadesSignature, text: string) => T): T =>
  withXml(file, (tree) => use(readXadesSignatures(tree, door)[0] as XadesSignature, fromUtf8(file)));

export const xadesMaker: MatrixMaker = {
  sign: (pki, who, at, timeStamp) =>
    signXades({ packaging: 'enveloped', document: utf8('<thư>Kính gửi</thư>') }, pki.signingKey(who), {
      door,
      signingTime: at,
      level: timeStamp === undefined ? 'B-B' : 'B-T',
      ...(timeStamp === undefined ? {} : { timeStamp: (hash) => Promise.resolve(timeStamp({ digest: DIGEST, hash })) }),
    }),
  addEvidence: (file, evidence) =>
    withSignature(file, (found, now) => utf8(addUnsignedProperties(now, found, evidenceElements(evidence)))),
  archive: (file, _, timeStamp) =>
    withSignature(file, (found, now) => {
      const running = door.digest(DIGEST);
      writeArchiveImprint(found, { detached: () => undefined }, (piece) => running.update(piece));
      const token = timeStamp({ digest: DIGEST, hash: running.finish() });
      const property = timeStampElement('xades141:ArchiveTimeStamp', XADES141, token);
      return Promise.resolve(utf8(addUnsignedProperties(now, found, [property])));
    }),
  judge,
};
