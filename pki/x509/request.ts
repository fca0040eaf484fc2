import { decodeDer } from '@antin/formats/der/reader';
import type { DerNode } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { readBitStringBytes, readSmallInteger } from '@antin/formats/der/values';
import { bitString, integer, retag, sequence, setOf } from '@antin/formats/der/writer';
import { FormatFault } from '@antin/formats/fault';
import { encodeAttribute } from '../cms/attribute.ts';
import { attributesOf, parseAttributes } from '../cms/signed-data.ts';
import type { Attribute } from '../cms/signed-data.ts';
import { PkiFault } from '../fault.ts';
import { OID } from '../oids.ts';
import { parseAlgorithmIdentifier } from './algorithm.ts';
import type { AlgorithmIdentifier } from './algorithm.ts';
import { parseExtensions } from './extensions.ts';
import type { Extension } from './extensions.ts';
import { parseName } from './name.ts';
import type { Name } from './name.ts';

/** PKCS#10 request (RFC 2986) as data. Its extensions are wishes: a profile decides what the certificate gets. */
export interface CertificationRequest {
  readonly raw: Uint8Array;
  /** CertificationRequestInfo, verbatim: the signed bytes. */
  readonly info: Uint8Array;
  readonly subject: Name;
  readonly spki: Uint8Array;
  readonly attributes: readonly Attribute[];
  readonly extensions: ReadonlyMap<string, Extension>;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
}

/**
 * Reads a request. Proof of possession is checked by the caller, through the door: `info`, `spki`, `signature`.
 *
 * @throws {FormatFault} `x509.request`, `der.*`
 * @throws {PkiFault} `x509.request` when extensionRequest occurs twice, `x509.duplicate-extension`
 */
export function parseCertificationRequest(der: Uint8Array): CertificationRequest {
  const root = decodeDer(der);
  const [info, algorithm, value, ...more] = root.expect(TAG.SEQUENCE, 'CertificationRequest').children();
  if (info === undefined || algorithm === undefined || value === undefined || more.length > 0) throw damaged(root);
  const [version, subject, spki, attributes, ...rest] = info.expect(TAG.SEQUENCE, 'CertificationRequestInfo').children();
  if (version === undefined || subject === undefined || spki === undefined || rest.length > 0) throw damaged(info);
  if (readSmallInteger(version) !== 0) throw new FormatFault('x509.request', 'version must be 0', version.start);
  const list = attributes === undefined ? [] : parseAttributes(attributes.expect(0xa0, 'attributes'));
  const wishes = attributesOf(list, OID.extensionRequest);
  const wish = wishes[0]?.values[0];
  if (wishes.length > 1 || (wishes[0]?.values.length ?? 1) !== 1) {
    throw new PkiFault('x509.request', 'extensionRequest must occur once with one value');
  }
  return {
    raw: root.raw,
    info: info.raw,
    subject: parseName(subject),
    spki: spki.expect(TAG.SEQUENCE, 'SubjectPublicKeyInfo').raw,
    attributes: list,
    extensions: wish === undefined ? new Map() : parseExtensions(decodeDer(wish)),
    signatureAlgorithm: parseAlgorithmIdentifier(algorithm),
    signature: readBitStringBytes(value),
  };
}

function damaged(node: DerNode): FormatFault {
  return new FormatFault('x509.request', 'unexpected number of members', node.start);
}

/** CertificationRequestInfo: what the applicant's key signs. `subject` is a DER Name, `extensions` are ready values. */
export function buildCertificationRequestInfo(input: {
  readonly subject: Uint8Array;
  readonly spki: Uint8Array;
  readonly extensions?: readonly Uint8Array[];
}): Uint8Array {
  const { extensions = [] } = input;
  const wish = extensions.length === 0 ? [] : [encodeAttribute(OID.extensionRequest, sequence(...extensions))];
  return sequence(integer(0), input.subject, input.spki, retag(setOf(...wish), 0xa0));
}

/** The finished request from its info, a DER AlgorithmIdentifier and the signature over the info. */
export function buildCertificationRequest(info: Uint8Array, algorithmIdentifier: Uint8Array, signature: Uint8Array): Uint8Array {
  return sequence(info, algorithmIdentifier, bitString(signature));
}
