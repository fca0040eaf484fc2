import { equalBytes, utf8 } from '@antin/formats/bytes/bytes';
import type { DigestAlgorithm } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import { parseTimeStampToken } from '@antin/pki/tsp/token';
import { nameText } from '@antin/pki/x509/name';
import { SignatureFault } from '../fault.ts';
import type { Evidence, Subject } from '../making/evidence.ts';
import { gatherEvidence } from '../making/evidence.ts';
import { requireDigest } from '../making/policy.ts';
import { requireImprint } from '../making/require-imprint.ts';
import type { ExtendOptions } from '../making/extend-options.ts';
import { joined } from '../making/evidence.ts';
import { requireAlive } from '../making/require-alive.ts';
import { foundStamp } from '../making/found-stamp.ts';
import { CertificatePool } from '../validation/certificates.ts';
import { writeArchiveImprint } from './archive-imprint.ts';
import type { JadesContent } from './content.ts';
import { evidenceItems, itemText, timeStamp, timeStampValidationData } from './etsi-u.ts';
import type { EtsiUItem, NewItem } from './etsi-u.ts';
import { addItems } from './insert.ts';
import { readJws } from './jws.ts';
import type { JwsSignature } from './jws.ts';
import { readJades } from './read-signed.ts';
import type { JadesSignature } from './read-signed.ts';
import { checkJades } from './verify.ts';

export interface ExtendJadesOptions extends ExtendOptions {
  /** What the JWS does not carry: a payload that was left out, files that `sigD` names. */
  readonly content?: JadesContent;
}

/**
 * Raises all signatures of a JSON JWS, ours or others', to a level. Only elements of `etsiU` are added; every other byte stays.
 *
 * B-T: a `sigTst` where there is none. B-LT: `xVals` and `rVals` for all chains, those of time-stamps and OCSP responders too;
 * what comes later goes into `tstVD`. B-LTA: an `arcTst` over it all; done again, it renews the protection.
 *
 * @throws {FormatFault} `json.*`, `base64.damaged`
 * @throws {SignatureFault} `jades.*`, `extend.signature-broken`, `extend.unreadable`, `extend.expired`, `extend.no-chain`,
 *   `extend.revoked`, `extend.evidence-missing`; and what the sources throw
 * @see ETSI TS 119 182-1 clause 6
 */
export async function extendJades(document: Uint8Array, options: ExtendJadesOptions): Promise<Uint8Array> {
  const { door, digest = 'SHA-256', content = {} } = options;
  requireDigest(digest, options.at);
  const jws = readJws(document);
  if (jws.serialization === 'compact') {
    throw new SignatureFault('jades.no-unsigned-header', 'the compact form has no place for anything unsigned: B-B only');
  }
  for (const one of jws.signatures) requireHolds(readJades(jws, one, door), { ...options, digest, content });
  let out = document;
  for (let i = 0; i < jws.signatures.length; i++) out = await extendOne(out, i, { ...options, digest, content });
  return out;
}

type Extending = ExtendJadesOptions & { readonly digest: DigestAlgorithm; readonly content: JadesContent };

async function extendOne(start: Uint8Array, index: number, options: Extending): Promise<Uint8Array> {
  const { door, digest, level, at, content } = options;
  let document = start;
  const read = (): JadesSignature => {
    const jws = readJws(document);
    return readJades(jws, jws.signatures[index] as JwsSignature, door);
  };
  const add = (items: readonly NewItem[]): void => {
    if (items.length === 0) return;
    const { signature, etsiU } = read();
    const texts = items.map((one) => itemText(one, etsiU.form));
    document = addItems(document, signature, etsiU, texts);
  };
  const stamp = async (name: 'sigTst' | 'arcTst', hash: Uint8Array): Promise<void> => {
    const token = await options.timeStamp({ digest, hash });
    requireImprint(token, () => hash);
    add([timeStamp(name, token)]);
  };

  const first = read();
  if (first.timeStamps.length === 0) {
    requireAlive(first.certificate.notAfter, nameText(first.certificate.subject), at);
    await stamp('sigTst', digestOf(door, digest, utf8(first.signature.signatureText)));
  }
  if (level === 'B-T') return document;
  const found = read();
  const needed = await gatherEvidence(subjectsOf(found, at), {
    door,
    anchors: options.anchors,
    ...(options.tsaAnchors === undefined ? {} : { tsaAnchors: options.tsaAnchors }),
    now: at,
    known: joined(found.evidence, options.evidence),
    evidenceFor: options.evidenceFor,
  });
  // Each of the two stands at most once; behind an archive time-stamp they would look as if it were over them.
  const later =
    found.timeStamps.some((one) => one.kind === 'archive') ||
    found.etsiU.items.some(({ name }) => name === 'xVals' || name === 'rVals');
  const missing: Evidence = {
    certificates: without(needed.certificates, later ? found.evidence.certificates : []),
    crls: without(needed.crls, found.evidence.crls),
    ocsps: without(needed.ocsps, found.evidence.ocsps),
  };
  add(later ? timeStampValidationData(missing) : evidenceItems(missing));
  if (level === 'B-LTA') {
    const running = door.digest(digest);
    const { jws, signature, etsiU } = read();
    writeArchiveImprint(jws, signature, etsiU.items, content, (piece) => running.update(piece));
    await stamp('arcTst', running.finish());
  }
  return document;
}

function without(values: readonly Uint8Array[], known: readonly Uint8Array[]): Uint8Array[] {
  return values.filter((value) => !known.some((one) => equalBytes(one, value)));
}

/** The signer for the time its earliest time-stamp proves; every authority for the time the next archive time-stamp proves. */
function subjectsOf(found: JadesSignature, at: number): Subject[] {
  const pool = new CertificatePool();
  for (const raw of found.evidence.certificates) pool.add(raw);
  const stamps = found.timeStamps.map(({ kind, token }) => ({ kind, ...foundStamp(token, pool) }));
  const archive = stamps.filter((one) => one.kind === 'archive');
  const next = (after: number): number => Math.min(at, ...archive.map((one) => one.genTime).filter((time) => time > after));
  return [
    { certificate: found.certificate, purpose: 'signer', at: Math.min(at, ...stamps.map((one) => one.genTime)) },
    ...stamps.map(({ certificate, genTime }): Subject => ({ certificate, purpose: 'time-stamp', at: next(genTime) })),
  ];
}

/**
 * Nobody is asked to time-stamp a broken signature: it would look preserved and still be worth nothing.
 *
 * @throws {SignatureFault} `extend.signature-broken`, `jades.clear-etsi-u`, `jades.content-needed`
 */
function requireHolds({ jws, signature, certificate, etsiU, timeStamps }: JadesSignature, options: Extending): void {
  const { door, content, level } = options;
  const { value, files } = checkJades(jws, signature, certificate, { door, content });
  const changed = files.find((one) => one.status === 'changed');
  if (value !== 'valid') throw broken(`its value is ${value}`);
  if (changed !== undefined) throw broken(`"${changed.uri}" is not what was signed`);
  const imprint = (before: readonly EtsiUItem[], digest: DigestAlgorithm): Uint8Array => {
    const running = door.digest(digest);
    writeArchiveImprint(jws, signature, before, content, (piece) => running.update(piece));
    return running.finish();
  };
  // Before any authority is asked.
  if (level === 'B-LTA') imprint(etsiU.items, 'SHA-256');
  const whole = etsiU.form === 'encoded' && files.every((one) => one.status === 'intact');
  for (const { kind, token, before } of timeStamps) {
    if (kind === 'archive' && !whole) continue;
    const over = (digest: DigestAlgorithm): Uint8Array =>
      kind === 'archive' ? imprint(before, digest) : digestOf(door, digest, utf8(signature.signatureText));
    const { digest, hash } = parseTimeStampToken(token).info.messageImprint;
    if (digest === undefined || !equalBytes(hash, over(digest))) throw broken(`its ${kind} time-stamp is over something else`);
  }
}

function broken(what: string): SignatureFault {
  return new SignatureFault('extend.signature-broken', `a signature of the JWS does not hold: ${what}`);
}
