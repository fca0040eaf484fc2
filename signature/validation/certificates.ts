import { equalBytes } from '@antin/formats/bytes/bytes';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { FormatFault } from '@antin/formats/fault';
import type { SignerIdentifier } from '@antin/pki/cms/signed-data';
import { digestOf } from '@antin/pki/crypto';
import type { CryptoDoor, DigestAlgorithm } from '@antin/pki/crypto';
import { PkiFault } from '@antin/pki/fault';
import { OID } from '@antin/pki/oids';
import { signatureAlgorithmOf } from '@antin/pki/x509/algorithm';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { attribute, commonName, nameText } from '@antin/pki/x509/name';
import type { CertificateFacts } from './facts.ts';
import { LimitReached } from './limits.ts';
import { placeOf } from './place.ts';

/** Far more than any chain of signers and authorities needs; each is parsed, and paths are sought among all. */
const MOST_CERTIFICATES = 2000;

/** Certificates at hand for one file: from the signatures, the DSS, the caller and the anchors, each read once. */
export class CertificatePool {
  readonly #all: Certificate[] = [];
  readonly #buckets = new Map<number, Certificate[]>();
  /** By the arrays they came in: the same are added and asked for again. */
  readonly #given = new Map<Uint8Array, Certificate>();
  #trusted = 0;
  /** How many could not be read. */
  unreadable = 0;

  /** Time-stamp tokens that were read on the way, so that whoever asks can have them. */
  readonly tokens: Uint8Array[] = [];

  /** @throws {LimitReached} `certificates` */
  add(raw: Uint8Array): Certificate | undefined {
    const given = this.#given.get(raw);
    if (given !== undefined) return given;
    const place = placeOf(raw);
    let certificate = this.#known(raw, place);
    if (certificate === undefined) {
      certificate = readCached(raw, place);
      if (certificate === undefined) this.unreadable++;
      else this.#keep(certificate, place);
    }
    if (certificate !== undefined) this.#given.set(raw, certificate);
    return certificate;
  }

  /** The one with exactly these bytes, if it is here. */
  find(raw: Uint8Array): Certificate | undefined {
    return this.#given.get(raw) ?? this.#known(raw, placeOf(raw));
  }

  /** One that is trusted: the caller's own, so that a long trusted list takes no room from what a file brings. */
  addParsed(certificate: Certificate): void {
    const place = placeOf(certificate.raw);
    if (this.#known(certificate.raw, place) !== undefined) return;
    this.#trusted++;
    this.#keep(certificate, place);
  }

  #known(raw: Uint8Array, place: number): Certificate | undefined {
    return this.#buckets.get(place)?.find((one) => equalBytes(one.raw, raw));
  }

  #keep(certificate: Certificate, place: number): void {
    if (this.#all.length >= MOST_CERTIFICATES + this.#trusted) throw new LimitReached('certificates', MOST_CERTIFICATES);
    this.#all.push(certificate);
    const bucket = this.#buckets.get(place);
    if (bucket === undefined) this.#buckets.set(place, [certificate]);
    else bucket.push(certificate);
  }

  all(): readonly Certificate[] {
    return this.#all;
  }

  bySigner(sid: SignerIdentifier): Certificate[] {
    const out: Certificate[] = [];
    for (const one of this.#all) {
      const fits =
        sid.kind === 'ski'
          ? one.subjectKeyIdentifier !== undefined && equalBytes(one.subjectKeyIdentifier, sid.keyIdentifier)
          : equalBytes(one.serialNumber, sid.serialNumber) && equalBytes(one.issuer.raw, sid.issuer);
      if (fits) out.push(one);
    }
    return out;
  }
}

/** Certificates met again and again (issuers, time-stamping units) are parsed once per process; bounded. */
const cache = new Map<number, Certificate>();
const CACHE_SIZE = 512;

function readCached(raw: Uint8Array, place: number): Certificate | undefined {
  const hit = cache.get(place);
  if (hit !== undefined && equalBytes(hit.raw, raw)) return hit;
  try {
    const certificate = parseCertificate(raw.slice());
    if (cache.size >= CACHE_SIZE) cache.delete(cache.keys().next().value as number);
    cache.set(place, certificate);
    return certificate;
  } catch (error) {
    if (error instanceof FormatFault || error instanceof PkiFault) return undefined;
    throw error;
  }
}

const digests = new WeakMap<Certificate, Map<DigestAlgorithm, Uint8Array>>();

/** Digest of a certificate, by which signatures and reports name it; kept as long as the certificate. */
export function certificateDigest(certificate: Certificate, algorithm: DigestAlgorithm, door: CryptoDoor): Uint8Array {
  let known = digests.get(certificate);
  if (known === undefined) digests.set(certificate, (known = new Map()));
  let digest = known.get(algorithm);
  if (digest === undefined) known.set(algorithm, (digest = digestOf(door, algorithm, certificate.raw)));
  return digest;
}

const factsCache = new WeakMap<Certificate, CertificateFacts>();

export function certificateFacts(certificate: Certificate, door: CryptoDoor): CertificateFacts {
  const known = factsCache.get(certificate);
  if (known !== undefined) return known;
  const algorithm = signatureAlgorithmOf(certificate.signatureAlgorithm);
  const { subject } = certificate;
  const text = (oid: string): string | null => attribute(subject, oid) ?? null;
  const key = keyFacts(certificate);
  const facts: CertificateFacts = {
    subject: nameText(subject),
    issuer: nameText(certificate.issuer),
    serialHex: certificate.serialHex,
    sha256: toHex(certificateDigest(certificate, 'SHA-256', door)),
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    commonName: commonName(subject) ?? null,
    organization: text(OID.organizationName),
    organizationalUnit: text(OID.organizationalUnitName),
    title: text(OID.title),
    person: isPerson(certificate),
    keyUsage: certificate.keyUsage === undefined ? null : [...certificate.keyUsage],
    extKeyUsage: certificate.extKeyUsage ?? null,
    extKeyUsageCritical: certificate.extensions.get(OID.extKeyUsage)?.critical ?? false,
    ...key,
    signatureDigest: algorithm === undefined || algorithm.scheme === 'ed25519' ? null : algorithm.digest,
  };
  factsCache.set(certificate, facts);
  return facts;
}

/**
 * Does the certificate speak of a person? Organisation certificates in official duty carry the organisation as CN and
 * nothing personal (domain.md §7.2); an organizationIdentifier says organisation, a given name or mail address person.
 */
function isPerson(certificate: Certificate): boolean {
  const { subject } = certificate;
  for (const oid of [OID.surname, OID.givenName, OID.title, OID.pseudonym, OID.emailAddress]) {
    if (attribute(subject, oid) !== undefined) return true;
  }
  if (attribute(subject, OID.organizationIdentifier) !== undefined) return false;
  const cn = commonName(subject);
  const organization = attribute(subject, OID.organizationName);
  if (certificate.subjectAltName?.some((name) => name.kind === 'rfc822') === true) return true;
  if (cn === undefined) return false;
  if (organization !== undefined && fold(cn) === fold(organization)) return false;
  return !/^(UBND|ỦY BAN|UỶ BAN|HĐND|HỘI ĐỒNG|SỞ|BỘ|CỤC|CHI CỤC|TỔNG CỤC|VĂN PHÒNG|BAN|TRUNG TÂM|THANH TRA|VIỆN|TRƯỜNG|BỆNH VIỆN|CÔNG AN|TÒA ÁN|PHÒNG|TỈNH|HUYỆN|ĐẢNG ỦY|CÔNG TY|QUỸ|KHO BẠC|CHÍNH PHỦ|QUỐC HỘI)(?=\s|$)/u.test(
    fold(cn),
  );
}

function fold(text: string): string {
  return text.normalize('NFC').toLocaleUpperCase('vi').replace(/\s+/g, ' ').trim();
}

function keyFacts(certificate: Certificate): Pick<CertificateFacts, 'keyKind' | 'keyBits'> {
  switch (certificate.publicKeyAlgorithm.oid) {
    case OID.rsaEncryption:
    case OID.idRsassaPss:
      return { keyKind: 'rsa', keyBits: rsaBits(certificate.publicKey) };
    case OID.idEcPublicKey:
      // Uncompressed point: 0x04 and two coordinates; compressed: one coordinate.
      return { keyKind: 'ec', keyBits: ecBits(certificate.publicKey) };
    case OID.ed25519:
      return { keyKind: 'ed25519', keyBits: 256 };
    default:
      return { keyKind: 'other', keyBits: 0 };
  }
}

function rsaBits(publicKey: Uint8Array): number {
  // RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }
  let at = 1;
  const skipLength = (): number => {
    const first = publicKey[at++] ?? 0;
    if (first < 0x80) return first;
    let length = 0;
    for (let i = 0; i < (first & 0x7f); i++) length = length * 256 + (publicKey[at++] ?? 0);
    return length;
  };
  skipLength();
  at++;
  let length = skipLength();
  while (length > 0 && publicKey[at] === 0) {
    at++;
    length--;
  }
  return length === 0 ? 0 : (length - 1) * 8 + (32 - Math.clz32(publicKey[at] ?? 0));
}

function ecBits(publicKey: Uint8Array): number {
  const octets = publicKey[0] === 4 ? (publicKey.length - 1) / 2 : publicKey.length - 1;
  // 66 octets carry the 521-bit field.
  return octets === 66 ? 521 : octets * 8;
}
