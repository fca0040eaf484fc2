/**
 * The test PKI: made from one declarative object (`description.ts`) with a fixed clock. Keys are generated in memory, once
 * per test process, and never written.
 *
 * ```ts
 * import { testPki } from '@antin/testkit/pki/test-pki';
 * const pki = testPki();
 * pki.now                                   // 2026-03-02T02:00:00Z in milliseconds
 * pki.anchors                               // TrustAnchor[] for validatePath, buildPaths, validate
 * pki.signingKey('leader')                  // { certificate, chain, algorithm, sign }: P-256
 * pki.signingKey('leaderRsa')               // RSA-2048, PKCS#1 v1.5 with SHA-256
 * pki.signingKey('leaderRsa', 'rsa-pss')    // the same key, RSASSA-PSS
 * pki.signingKey('seal')                    // an organisation's key
 * pki.certificate('revoked')                // expired notYetValid revoked revokedLater wrongEku unknownIssuer brokenSignature …
 * pki.crlAt(pki.now)                        // DER CRL of `issuing`; crlAt(t, 'root') that of the root, and so on
 * pki.ocspAt('leader', pki.now)             // DER OCSPResponse of the delegated responder
 * pki.evidence(pki.now)                     // { certificates, crls, ocsps } raw, for a whole validation
 * pki.timeStampToken({ digest: 'SHA-256', hash }, t)            // RFC 3161 token (ContentInfo)
 * pki.timeStampToken({ digest, hash }, t, { tsa: 'foreignTsa' })
 * ```
 *
 * Everything is lazy: a test that never names an RSA entity pays for no RSA key.
 */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { fromHex } from '@antin/formats/bytes/text-encodings';
import type { KeyKind, SignatureAlgorithm } from '@antin/pki/crypto';
import { signatureAlgorithmIdentifier } from '@antin/pki/x509/algorithm';
import { buildTbsCertificate, certificateFrom } from '@antin/pki/x509/build';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { buildName } from '@antin/pki/x509/name';
import { DEFAULT_PKI } from './description.ts';
import type { EntityDescription, PkiDescription } from './description.ts';
import { profileExtensions } from './profiles.ts';
import { sha1Of } from './sha1.ts';
import { crlOf, ocspOf } from './status.ts';
import { tokenOf } from './time-stamp.ts';
import type { Entity, TestPki } from './types.ts';

const keys = new Map<string, { readonly pkcs8: Uint8Array; readonly spki: Uint8Array }>();

function keyOf(name: string, kind: EntityDescription['key']) {
  const id = `${kind} ${name}`;
  let pair = keys.get(id);
  if (pair === undefined) {
    pair = kind.startsWith('brainpool') ? brainpool(kind) : nodeSecrets.generateKeyPair(kind as KeyKind);
    keys.set(id, pair);
  }
  return pair;
}

/** The platform makes no such keys; others do, and sign with them. */
function brainpool(namedCurve: string) {
  const pair = generateKeyPairSync('ec', { namedCurve });
  return {
    pkcs8: new Uint8Array(pair.privateKey.export({ format: 'der', type: 'pkcs8' })),
    spki: new Uint8Array(pair.publicKey.export({ format: 'der', type: 'spki' })),
  };
}

const ALGORITHM: Record<EntityDescription['key'], SignatureAlgorithm> = {
  'p-256': { scheme: 'ecdsa', digest: 'SHA-256' },
  'p-384': { scheme: 'ecdsa', digest: 'SHA-384' },
  'p-521': { scheme: 'ecdsa', digest: 'SHA-512' },
  'rsa-2048': { scheme: 'rsa-pkcs1', digest: 'SHA-256' },
  'rsa-3072': { scheme: 'rsa-pkcs1', digest: 'SHA-256' },
  'rsa-4096': { scheme: 'rsa-pkcs1', digest: 'SHA-256' },
  ed25519: { scheme: 'ed25519' },
  brainpoolP256r1: { scheme: 'ecdsa', digest: 'SHA-256' },
  brainpoolP384r1: { scheme: 'ecdsa', digest: 'SHA-384' },
};

export function testPki(description: PkiDescription = DEFAULT_PKI): TestPki {
  const entities = new Map<string, Entity>();
  const now = Date.parse(description.now);

  const describe = (name: string): EntityDescription => {
    const found = description.entities[name];
    if (found === undefined) throw new Error(`the test PKI has no entity ${name}`);
    return found;
  };

  const make = (name: string): Entity => {
    const own = describe(name);
    const issuerName = own.issuer ?? name;
    const pair = keyOf(name, own.key);
    const algorithm = ALGORITHM[own.key];
    const issuer = issuerName === name ? undefined : pki.entity(issuerName);
    const signedWith = own.sha1 === true ? sha1Of(issuer?.algorithm ?? algorithm) : (issuer?.algorithm ?? algorithm);
    const identifier = signatureAlgorithmIdentifier(signedWith);
    const tbs = buildTbsCertificate({
      serialNumber: serialOf(name, own),
      signatureAlgorithm: identifier,
      issuer: issuer?.certificate.subject.raw ?? buildName(own.subject),
      notBefore: Date.parse(own.notBefore ?? '2025-01-01T00:00:00Z'),
      notAfter: Date.parse(own.notAfter ?? '2030-01-01T00:00:00Z'),
      subject: buildName(own.subject),
      spki: pair.spki,
      extensions: profileExtensions(own, issuerName, pair.spki, issuer?.certificate, description),
    });
    const signature = issuer === undefined ? nodeSecrets.sign(pair.pkcs8, signedWith, tbs) : issuer.signNow(tbs, signedWith);
    if (own.brokenSignature === true) signature[signature.length - 1] = (signature.at(-1) as number) ^ 1;
    return {
      name,
      description: own,
      issuerName,
      certificate: parseCertificate(certificateFrom(tbs, identifier, signature)),
      algorithm,
      signNow: (data, other = algorithm) => nodeSecrets.sign(pair.pkcs8, other, data),
      pkcs8: pair.pkcs8,
    };
  };

  const pki: TestPki = {
    description,
    now,
    get anchors() {
      return description.trusted.map((name) => ({
        certificate: pki.certificate(name),
        purposes: ['signer', 'time-stamp'] as const,
      }));
    },
    entity(name) {
      let entity = entities.get(name);
      if (entity === undefined) {
        entity = make(name);
        entities.set(name, entity);
      }
      return entity;
    },
    certificate: (name) => pki.entity(name).certificate,
    chain(name) {
      const out: Certificate[] = [];
      for (let at = pki.entity(name); at.issuerName !== at.name;) {
        at = pki.entity(at.issuerName);
        if (at.issuerName !== at.name) out.push(at.certificate);
      }
      return out;
    },
    signingKey(name, scheme) {
      const entity = pki.entity(name);
      const algorithm: SignatureAlgorithm =
        scheme === 'rsa-pss' ? { scheme, digest: 'SHA-256', mgfDigest: 'SHA-256', saltLength: 32 } : entity.algorithm;
      return {
        certificate: entity.certificate,
        chain: pki.chain(name),
        algorithm,
        sign: (data) => Promise.resolve(entity.signNow(data, algorithm)),
      };
    },
    crlAt: (at, issuer = 'issuing') => crlOf(pki, issuer, at),
    ocspAt: (subject, at, options = {}) => ocspOf(pki, subject, at, options),
    evidence(at) {
      // RSA CAs only once somebody has named them or what they issued: their keys are slow to make.
      const cas = Object.entries(description.entities).filter(
        ([name, one]) => one.profile === 'ca' && (one.key !== 'rsa-2048' || entities.has(name)),
      );
      return {
        certificates: cas.map(([name]) => pki.certificate(name).raw),
        crls: [...cas.map(([name]) => name), ...description.trusted].map((name) => crlOf(pki, name, at)),
        ocsps: [],
      };
    },
    timeStampToken: (imprint, at, options = {}) => tokenOf(pki, imprint, at, options),
  };
  return pki;
}

/** Stable from run to run, so that a failing test names the same certificate. */
function serialOf(name: string, description: EntityDescription): Uint8Array {
  if (description.serialHex !== undefined) return fromHex(description.serialHex);
  const serial = new Uint8Array(createHash('sha256').update(`serial of ${name}`).digest().subarray(0, 16));
  serial[0] = 0x40 | ((serial[0] as number) & 0x3f);
  return serial;
}
