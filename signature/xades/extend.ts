import { equalBytes, utf8 } from '@antin/formats/bytes/bytes';
import { parseXml, parseXmlText } from '@antin/formats/xml/document';
import type { XmlTree } from '@antin/formats/xml/document';
import { C14N, canonicalize } from '@antin/formats/xml/canonicalize';
import type { Markup } from '@antin/formats/xml/write';
import type { CryptoDoor, DigestAlgorithm } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import { nameText } from '@antin/pki/x509/name';
import { SignatureFault } from '../fault.ts';
import type { Evidence, Subject } from '../making/evidence.ts';
import { gatherEvidence } from '../making/evidence.ts';
import { requireDigest } from '../making/policy.ts';
import { requireImprint } from '../making/require-imprint.ts';
import type { ExtendOptions } from '../making/extend-options.ts';
import { joined } from '../making/evidence.ts';
import { requireAlive } from '../making/require-alive.ts';
import type { FoundStamp } from '../making/found-stamp.ts';
import { foundStamp } from '../making/found-stamp.ts';
import { CertificatePool } from '../validation/certificates.ts';
import type { DetachedContent } from '../xmldsig/reference.ts';
import { checkXmlSignature } from '../xmldsig/verify.ts';
import { writeArchiveImprint } from './archive-imprint.ts';
import { addUnsignedProperties } from './insert.ts';
import { XADES, XADES141 } from './names.ts';
import type { XadesSignature } from './read-signed.ts';
import { readXadesSignatures } from './read-signed.ts';
import { evidenceElements, timeStampElement, timeStampValidationData } from './unsigned-properties.ts';

export interface ExtendXadesOptions extends ExtendOptions {
  /** Content of detached signatures; needed to check them and for B-LTA. */
  readonly detached?: DetachedContent;
}

/**
 * Raises all signatures of an XML document, ours or others', to a level. Only unsigned properties are added; every other byte
 * stays. Counter-signatures are left as they are.
 *
 * B-T: a SignatureTimeStamp where there is none. B-LT: CertificateValues and RevocationValues for all chains, those of
 * time-stamps and OCSP responders too; behind an archive time-stamp, which nothing may change, TimeStampValidationData.
 * B-LTA: an xades141:ArchiveTimeStamp over it all; done again, it renews the protection.
 *
 * @throws {FormatFault} `xml.*`
 * @throws {SignatureFault} `extend.nothing-signed`, `extend.signature-broken`, `extend.unreadable`, `extend.expired`,
 *   `extend.no-chain`, `extend.revoked`, `extend.evidence-missing`; and what the sources throw
 * @see ETSI EN 319 132-1 clause 6
 */
export async function extendXades(document: Uint8Array, options: ExtendXadesOptions): Promise<Uint8Array> {
  const { door, digest = 'SHA-256', detached = () => undefined } = options;
  requireDigest(digest, options.at);
  const first = parseXml(document);
  let text: string;
  let count: number;
  try {
    if (first.encoding !== 'utf-8') throw new SignatureFault('xades.encoding', 'only UTF-8 documents can be extended');
    const found = readXadesSignatures(first, door);
    if (found.length === 0) throw new SignatureFault('extend.nothing-signed', 'the document carries no signature');
    for (const one of found) requireHolds(one, { door, detached });
    count = found.length;
    text = first.text;
  } finally {
    first.dispose();
  }
  for (let i = 0; i < count; i++) text = await extendOne(text, i, { ...options, digest, detached });
  return utf8((document[0] === 0xef ? '\ufeff' : '') + text);
}

type Extending = ExtendXadesOptions & { readonly digest: DigestAlgorithm; readonly detached: DetachedContent };

async function extendOne(start: string, index: number, options: Extending): Promise<string> {
  const { door, digest, level, at } = options;
  let text = start;
  const read = <T>(use: (found: XadesSignature, tree: XmlTree) => T): T => {
    const tree = parseXmlText(text);
    try {
      return use(readXadesSignatures(tree, door)[index] as XadesSignature, tree);
    } finally {
      tree.dispose();
    }
  };
  const add = (...properties: readonly Markup[]): void => {
    if (properties.length > 0) text = read((found) => addUnsignedProperties(text, found, properties));
  };
  const stamp = async (name: string, namespace: string, hash: Uint8Array): Promise<void> => {
    const token = await options.timeStamp({ digest, hash });
    requireImprint(token, () => hash);
    add(timeStampElement(name, namespace, token));
  };

  const unstamped = read((one) => one.signatureTimeStamps.length + one.archiveTimeStamps.length === 0);
  if (unstamped) {
    const { notAfter, who, octets } = read(({ certificate, signature }, tree) => ({
      notAfter: certificate.notAfter,
      who: nameText(certificate.subject),
      octets: canonicalize(tree, C14N.exclusive, { apex: signature.valueElement }),
    }));
    requireAlive(notAfter, who, at);
    await stamp('xades:SignatureTimeStamp', XADES, digestOf(door, digest, octets));
  }
  if (level === 'B-T') return text;
  const { subjects, evidence, archived } = read((found) => ({
    subjects: subjectsOf(found, at),
    evidence: found.evidence,
    archived: found.archiveTimeStamps.length > 0,
  }));
  const needed = await gatherEvidence(subjects, {
    door,
    anchors: options.anchors,
    ...(options.tsaAnchors === undefined ? {} : { tsaAnchors: options.tsaAnchors }),
    now: at,
    known: joined(evidence, options.evidence),
    evidenceFor: options.evidenceFor,
  });
  const carried = read((found) => valuesCarried(found));
  const missing: Evidence = {
    certificates: without(needed.certificates, carried ? evidence.certificates : []),
    crls: without(needed.crls, evidence.crls),
    ocsps: without(needed.ocsps, evidence.ocsps),
  };
  add(...(archived || carried ? timeStampValidationData(missing) : evidenceElements(missing)));
  if (level === 'B-LTA') {
    const running = door.digest(digest);
    read((found) => writeArchiveImprint(found, { detached: options.detached }, (piece) => running.update(piece)));
    await stamp('xades141:ArchiveTimeStamp', XADES141, running.finish());
  }
  return text;
}

/** Each of the two stands at most once (EN 319 132-1 §6.3); what is missing beside them goes into a container of its own. */
function valuesCarried({ unsigned }: XadesSignature): boolean {
  return unsigned?.children.some((one) => one.is(XADES, 'CertificateValues') || one.is(XADES, 'RevocationValues')) ?? false;
}

function without(values: readonly Uint8Array[], known: readonly Uint8Array[]): Uint8Array[] {
  return values.filter((value) => !known.some((one) => equalBytes(one, value)));
}

/** The signer for the time its earliest time-stamp proves; every authority for the time the next archive time-stamp proves. */
function subjectsOf(found: XadesSignature, at: number): Subject[] {
  const pool = new CertificatePool();
  for (const raw of found.evidence.certificates) pool.add(raw);
  const own = found.signatureTimeStamps.map((token) => foundStamp(token, pool));
  const archive = found.archiveTimeStamps.map((token) => foundStamp(token, pool));
  const earliest = Math.min(at, ...[...own, ...archive].map((one) => one.genTime));
  const next = (after: number): number => Math.min(at, ...archive.map((one) => one.genTime).filter((t) => t > after));
  return [
    { certificate: found.certificate, purpose: 'signer', at: earliest },
    ...[...own, ...archive].map((one: FoundStamp): Subject => ({
      certificate: one.certificate,
      purpose: 'time-stamp',
      at: next(one.genTime),
    })),
  ];
}

/** Nobody is asked to time-stamp a broken signature. @throws {SignatureFault} `extend.signature-broken` */
function requireHolds(
  { signature, certificate }: XadesSignature,
  doors: { readonly door: CryptoDoor; readonly detached: DetachedContent },
): void {
  const finding = checkXmlSignature(signature, certificate.spki, doors);
  if (finding.holds) return;
  const wrong = finding.references.find((one) => one.status !== 'intact');
  const what = wrong === undefined ? `its value is ${finding.value}` : `"${wrong.reference.uri ?? ''}" is ${wrong.status}`;
  throw new SignatureFault('extend.signature-broken', `a signature of the document does not hold: ${what}`);
}
