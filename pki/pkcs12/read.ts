import { concatBytes, equalBytes } from '@antin/formats/bytes/bytes';
import { decodeDer } from '@antin/formats/der/reader';
import type { DerNode } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { readOctetString, readOid, readSmallInteger, readText } from '@antin/formats/der/values';
import { FormatFault } from '@antin/formats/fault';
import { berToDer } from '../cms/ber.ts';
import { attributesOf, parseAttributes } from '../cms/signed-data.ts';
import type { SecretDoor } from '../crypto.ts';
import { PkiFault } from '../fault.ts';
import { OID } from '../oids.ts';
import { parseAlgorithmIdentifier } from '../x509/algorithm.ts';
import { parseCertificate } from '../x509/certificate.ts';
import type { Certificate } from '../x509/certificate.ts';
import { decryptWithPassword } from './encryption.ts';
import type { Keeper } from './encryption.ts';
import { MAX_TOTAL_ITERATIONS, passwordForms } from './kdf.ts';
import { checkMac } from './mac.ts';

export interface Pkcs12Key {
  /** DER PrivateKeyInfo. */
  readonly pkcs8: Uint8Array;
  readonly localKeyId?: Uint8Array;
  readonly friendlyName?: string;
  /** The certificate with the same localKeyId, or the only end-entity certificate beside the only key. */
  readonly certificate?: Certificate;
}

export interface Pkcs12 {
  readonly keys: readonly Pkcs12Key[];
  readonly certificates: readonly Certificate[];
}

export interface Pkcs12Budget {
  /** Iterations of all derivations together. */
  readonly iterations: number;
  /** Octets of the file. */
  readonly size: number;
}

export const DEFAULT_PKCS12_BUDGET: Pkcs12Budget = { iterations: MAX_TOTAL_ITERATIONS, size: 10 << 20 };

/**
 * Opens a PKCS#12 file in password mode (RFC 7292), BER or DER. The MAC is checked before anything else is believed.
 *
 * @param password text, or its UTF-8 octets
 * @throws {PkiFault} `pkcs12.wrong-password`, `pkcs12.no-mac`, `pkcs12.legacy-cipher`, `pkcs12.unsupported-algorithm`,
 *   `pkcs12.iterations`, `pkcs12.too-large`, `pkcs12.password`, `pki.decryption-failed`
 * @throws {FormatFault} `pkcs12.structure`, `ber.*`, `der.*`, `x509.*`
 */
export function readPkcs12(
  der: Uint8Array,
  password: string | Uint8Array,
  secrets: SecretDoor,
  budget: Pkcs12Budget = DEFAULT_PKCS12_BUDGET,
): Pkcs12 {
  if (der.length > budget.size) throw new PkiFault('pkcs12.too-large', `file larger than ${budget.size} bytes`);
  const keeper: Keeper = { secrets, password: passwordForms(password), account: { left: budget.iterations } };
  const root = decodeDer(berToDer(der));
  const [version, authSafe, macData] = root.expect(TAG.SEQUENCE, 'PFX').children();
  if (version === undefined || authSafe === undefined) throw damaged('PFX is incomplete', root);
  if (readSmallInteger(version) !== 3) throw damaged('PFX version must be 3', version);
  const [type, content] = authSafe.children();
  if (type === undefined || content === undefined) throw damaged('authSafe is incomplete', authSafe);
  if (readOid(type) !== OID.idData) throw new PkiFault('pkcs12.unsupported-algorithm', 'only password mode is supported');
  const safe = readOctetString(content.expect(0xa0, 'content').inner());
  // Without a MAC anybody could swap the certificate beside the key.
  if (macData === undefined) throw new PkiFault('pkcs12.no-mac', 'the file carries no MAC; its content cannot be trusted');
  checkMac(macData, safe, keeper);
  const found: Found = { keys: [], certificates: [] };
  for (const info of decodeDer(berToDer(safe)).expect(TAG.SEQUENCE, 'AuthenticatedSafe').children()) {
    readBags(decodeDer(berToDer(openContent(info, keeper))), keeper, found, 0);
  }
  return paired(found);
}

interface Entry {
  readonly localKeyId?: Uint8Array;
  readonly friendlyName?: string;
}

interface Found {
  readonly keys: (Entry & { readonly pkcs8: Uint8Array })[];
  readonly certificates: (Entry & { readonly certificate: Certificate })[];
}

/** SafeContents octets of one ContentInfo: plain, or `EncryptedData ::= SEQUENCE { version, EncryptedContentInfo }`. */
function openContent(info: DerNode, keeper: Keeper): Uint8Array {
  const [type, content] = info.expect(TAG.SEQUENCE, 'ContentInfo').children();
  if (type === undefined || content === undefined) throw damaged('ContentInfo is incomplete', info);
  const body = content.expect(0xa0, 'content').inner();
  const id = readOid(type);
  if (id === OID.idData) return readOctetString(body);
  if (id !== OID.idEncryptedData) throw new PkiFault('pkcs12.unsupported-algorithm', `content of type ${id} is not supported`);
  const encrypted = body.expect(TAG.SEQUENCE, 'EncryptedData').children()[1];
  const [, algorithm, sealed] = encrypted?.expect(TAG.SEQUENCE, 'EncryptedContentInfo').children() ?? [];
  if (algorithm === undefined || sealed === undefined) throw damaged('EncryptedContentInfo is incomplete', body);
  return decryptWithPassword(parseAlgorithmIdentifier(algorithm), implicitOctets(sealed), keeper);
}

/** `[0] IMPLICIT OCTET STRING`, which BER writers cut into segments. */
function implicitOctets(node: DerNode): Uint8Array {
  if (node.tag === 0x80) return node.content;
  return concatBytes(
    ...node
      .expect(0xa0, 'encryptedContent')
      .children()
      .map((part) => readOctetString(part)),
  );
}

/** `SafeBag ::= SEQUENCE { bagId, bagValue [0], bagAttributes SET OPTIONAL }` */
function readBags(contents: DerNode, keeper: Keeper, found: Found, depth: number): void {
  if (depth > 4) throw damaged('bags nested too deep', contents);
  for (const bag of contents.expect(TAG.SEQUENCE, 'SafeContents').children()) {
    const [idNode, wrapped, attributes] = bag.expect(TAG.SEQUENCE, 'SafeBag').children();
    if (idNode === undefined || wrapped === undefined) throw damaged('SafeBag is incomplete', bag);
    const id = readOid(idNode);
    const value = wrapped.expect(0xa0, 'bagValue').inner();
    const entry = attributes === undefined ? {} : readEntry(attributes);
    if (id === OID.keyBag) found.keys.push({ ...entry, pkcs8: value.raw.slice() });
    else if (id === OID.pkcs8ShroudedKeyBag) found.keys.push({ ...entry, pkcs8: openKey(value, keeper) });
    else if (id === OID.certBag) {
      const certificate = readCertBag(value);
      if (certificate !== undefined) found.certificates.push({ ...entry, certificate });
    } else if (id === OID.safeContentsBag) readBags(value, keeper, found, depth + 1);
  }
}

/** `EncryptedPrivateKeyInfo ::= SEQUENCE { encryptionAlgorithm, encryptedData OCTET STRING }` */
function openKey(node: DerNode, keeper: Keeper): Uint8Array {
  const [algorithm, sealed] = node.expect(TAG.SEQUENCE, 'EncryptedPrivateKeyInfo').children();
  if (algorithm === undefined || sealed === undefined) throw damaged('EncryptedPrivateKeyInfo is incomplete', node);
  const pkcs8 = decryptWithPassword(parseAlgorithmIdentifier(algorithm), readOctetString(sealed), keeper);
  decodeDer(pkcs8).expect(TAG.SEQUENCE, 'PrivateKeyInfo');
  return pkcs8;
}

/** `CertBag ::= SEQUENCE { certId, certValue [0] EXPLICIT OCTET STRING }`; SDSI certificates are left out. */
function readCertBag(node: DerNode): Certificate | undefined {
  const [id, wrapped] = node.expect(TAG.SEQUENCE, 'CertBag').children();
  if (id === undefined || wrapped === undefined) throw damaged('CertBag is incomplete', node);
  if (readOid(id) !== OID.x509Certificate) return undefined;
  return parseCertificate(readOctetString(wrapped.expect(0xa0, 'certValue').inner()));
}

function readEntry(attributes: DerNode): Entry {
  const list = parseAttributes(attributes);
  const name = attributesOf(list, OID.friendlyName)[0]?.values[0];
  const id = attributesOf(list, OID.localKeyId)[0]?.values[0];
  return {
    ...(name === undefined ? {} : { friendlyName: readText(decodeDer(name)) }),
    ...(id === undefined ? {} : { localKeyId: readOctetString(decodeDer(id)) }),
  };
}

function paired({ keys, certificates }: Found): Pkcs12 {
  const ends = certificates.filter(({ certificate }) => certificate.basicConstraints?.ca !== true);
  const only = keys.length === 1 && ends.length === 1 ? ends[0] : undefined;
  const withCertificates = keys.map((key) => {
    const sameId = certificates.find(({ localKeyId }) => localKeyId && key.localKeyId && equalBytes(localKeyId, key.localKeyId));
    const match = sameId ?? only;
    return match === undefined ? key : { ...key, certificate: match.certificate };
  });
  return { keys: withCertificates, certificates: certificates.map(({ certificate }) => certificate) };
}

function damaged(message: string, node: DerNode): FormatFault {
  return new FormatFault('pkcs12.structure', message, node.start);
}
