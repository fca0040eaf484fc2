import { equalBytes } from '@antin/formats/bytes/bytes';
import { FormatFault } from '@antin/formats/fault';
import { parseCrl } from '@antin/pki/crl/parse';
import type { Crl } from '@antin/pki/crl/parse';
import type { CryptoDoor } from '@antin/pki/crypto';
import { PkiFault } from '@antin/pki/fault';
import { parseOcspResponse } from '@antin/pki/ocsp/response';
import type { BasicOcspResponse } from '@antin/pki/ocsp/response';
import { vouches } from '@antin/pki/path/anchor';
import { buildPaths } from '@antin/pki/path/build';
import { checkRevocation } from '@antin/pki/path/revocation';
import { validatePath } from '@antin/pki/path/validate';
import type { TrustAnchor } from '@antin/pki/path/validate';
import type { RevocationFinding } from '@antin/pki/path/revocation-finding';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { nameText } from '@antin/pki/x509/name';
import { SignatureFault } from '../fault.ts';
import { CertificatePool } from '../validation/certificates.ts';
import { VIETNAM_POLICY } from '../validation/policy.ts';
import { rememberingDoor } from '../validation/remembering-door.ts';

/** Raw certificates, CRLs (CertificateList) and OCSP answers (whole OCSPResponse). */
export interface Evidence {
  readonly certificates: readonly Uint8Array[];
  readonly crls: readonly Uint8Array[];
  readonly ocsps: readonly Uint8Array[];
}

/**
 * Brings revocation data about `certificate`; without `issuer`, certificates that may have issued it. What cannot be had is
 * left out. Addresses, time-outs and caches are its business.
 */
export type EvidenceSource = (certificate: Certificate, issuer: Certificate | undefined) => Promise<Evidence>;

/** A certificate whose whole chain must stay provable. */
export interface Subject {
  readonly certificate: Certificate;
  readonly purpose: 'signer' | 'time-stamp';
  /** The moment for which it must stand, ms since 1970. */
  readonly at: number;
}

export interface GatherOptions {
  readonly door: CryptoDoor;
  readonly anchors: readonly TrustAnchor[];
  /** For time-stamps; `anchors` when absent. */
  readonly tsaAnchors?: readonly TrustAnchor[];
  /** The present, ms since 1970. */
  readonly now: number;
  /** What is already at hand, e.g. embedded in the file. */
  readonly known: Evidence;
  readonly evidenceFor: EvidenceSource;
}

const MAX_ISSUERS_ASKED = 8;

/**
 * Everything a later judge needs for the chains of `subjects`, those of their OCSP responders included: certificates up to
 * the anchors and, for each certificate below them, the list or answer that decided. Asks only for what is not at hand.
 *
 * @throws {SignatureFault} `extend.no-chain`, `extend.revoked`, `extend.evidence-missing`
 */
export async function gatherEvidence(subjects: readonly Subject[], options: GatherOptions): Promise<Evidence> {
  const store = new Store();
  store.add(options.known);
  const gathering = new Gathering(store, { ...options, door: rememberingDoor(options.door) });
  for (const subject of subjects) await gathering.settle(subject);
  return gathering.needed();
}

class Gathering {
  private readonly store: Store;
  private readonly options: GatherOptions;
  private readonly certificates: Uint8Array[] = [];
  private readonly crls: Uint8Array[] = [];
  private readonly ocsps: Uint8Array[] = [];
  private readonly settled = new Set<string>();

  constructor(store: Store, options: GatherOptions) {
    this.store = store;
    this.options = options;
  }

  needed(): Evidence {
    return { certificates: this.certificates, crls: this.crls, ocsps: this.ocsps };
  }

  async settle({ certificate, purpose, at }: Subject): Promise<void> {
    const all = purpose === 'time-stamp' ? (this.options.tsaAnchors ?? this.options.anchors) : this.options.anchors;
    const anchors = all.filter((one) => vouches(one, purpose, at));
    let path = this.pathOf(certificate, purpose, anchors, at);
    for (let asked = 0, tip = certificate; path === undefined && asked < MAX_ISSUERS_ASKED; asked++) {
      const brought = await this.options.evidenceFor(tip, undefined);
      if (!this.store.add(brought)) break;
      path = this.pathOf(certificate, purpose, anchors, at);
      tip = this.store.issuerOf(tip) ?? tip;
    }
    if (path === undefined) {
      throw new SignatureFault('extend.no-chain', `no trusted chain for ${nameText(certificate.subject)}`);
    }
    for (const one of path) addOnce(this.certificates, one.raw);
    const top = path.at(-1) as Certificate;
    const own = anchors.filter((one) => equalBytes(one.certificate.raw, top.raw));
    for (const [i, one] of path.slice(0, -1).entries()) await this.settleStatus(one, path[i + 1] as Certificate, own, at);
  }

  private pathOf(
    leaf: Certificate,
    purpose: Subject['purpose'],
    anchors: readonly TrustAnchor[],
    at: number,
  ): readonly Certificate[] | undefined {
    const { door } = this.options;
    return buildPaths(leaf, { anchors, candidates: this.store.certificates, door }).find((path) => {
      const anchor = anchors.find((one) => equalBytes(one.certificate.raw, (path.at(-1) as Certificate).raw));
      const sha1OnCaCertificates = anchor?.sha1OnCaCertificates ?? false;
      return validatePath(path, { at, door, purpose, sha1OnCaCertificates }).status === 'valid';
    });
  }

  private async settleStatus(
    certificate: Certificate,
    issuer: Certificate,
    anchors: readonly TrustAnchor[],
    at: number,
  ): Promise<void> {
    const id = `${certificate.serialHex} ${nameText(certificate.issuer)} ${at}`;
    if (this.settled.has(id)) return;
    this.settled.add(id);
    let finding = this.statusOf(certificate, issuer, anchors, at);
    if (finding.status === 'unknown') {
      this.store.add(await this.options.evidenceFor(certificate, issuer));
      finding = this.statusOf(certificate, issuer, anchors, at);
      if (finding.status === 'unknown' && finding.why?.includes('ocsp.responder-status-unknown') === true) {
        for (const responder of this.store.responders(issuer)) await this.settleStatus(responder, issuer, anchors, at);
        finding = this.statusOf(certificate, issuer, anchors, at);
      }
    }
    const who = nameText(certificate.subject);
    if (finding.status === 'unknown') {
      const message = `no usable revocation data for ${who} (${(finding.why ?? []).join(', ')})`;
      throw new SignatureFault('extend.evidence-missing', message);
    }
    if (finding.status === 'revoked' && (finding.revokedAt ?? 0) <= at) {
      throw new SignatureFault('extend.revoked', `${who} was revoked at ${new Date(finding.revokedAt ?? 0).toISOString()}`);
    }
    if (finding.evidence === undefined) return;
    if (finding.source === 'ocsp') {
      const ocsp = this.store.ocsps[finding.evidence] as StoredOcsp;
      addOnce(this.ocsps, ocsp.raw);
      for (const responder of ocsp.responders) {
        addOnce(this.certificates, responder.raw);
        if (!responder.ocspNoCheck) await this.settleStatus(responder, issuer, anchors, at);
      }
    } else {
      const crl = this.store.crls[finding.evidence] as Crl;
      addOnce(this.crls, crl.raw);
      for (const signer of this.store.namedLike(crl, issuer)) addOnce(this.certificates, signer.raw);
      // A delta list only means something beside the list it adds to.
      for (const other of this.store.crls) if (equalBytes(other.issuer.raw, crl.issuer.raw)) addOnce(this.crls, other.raw);
    }
  }

  private statusOf(
    certificate: Certificate,
    issuer: Certificate,
    anchors: readonly TrustAnchor[],
    at: number,
  ): RevocationFinding {
    const { door, now } = this.options;
    const { crls, certificates: candidates } = this.store;
    const ocsps = this.store.ocsps.map((one) => one.basic);
    const pinned = anchors.some((one) => one.sha1OnCaCertificates === true);
    const leave = pinned ? { sha1OnCaCertificates: true, sha1EvidenceUntil: VIETNAM_POLICY.sha1OnPinnedCaEvidenceUntil } : {};
    return checkRevocation(certificate, issuer, { crls, ocsps, candidates, anchors, at, now, door, ...leave });
  }
}

interface StoredOcsp {
  readonly raw: Uint8Array;
  readonly basic: BasicOcspResponse;
  /** Certificates it carries. */
  readonly responders: readonly Certificate[];
}

/** Evidence at hand, parsed once; what cannot be read is left out, because it decides nothing. */
class Store {
  readonly #certificates = new CertificatePool();
  readonly crls: Crl[] = [];
  readonly ocsps: StoredOcsp[] = [];

  /** @returns whether a certificate was new */
  add(evidence: Evidence): boolean {
    let fresh = false;
    for (const raw of evidence.certificates) fresh = this.addCertificate(raw) || fresh;
    for (const raw of evidence.crls) {
      if (this.crls.some((one) => equalBytes(one.raw, raw))) continue;
      const crl = remembered(lists, raw, parseCrl);
      if (crl !== undefined) this.crls.push(crl);
    }
    for (const raw of evidence.ocsps) {
      if (this.ocsps.some((one) => equalBytes(one.raw, raw))) continue;
      const ocsp = remembered(answers, raw, storedOcsp);
      if (ocsp === undefined) continue;
      for (const certificate of ocsp.basic.certificates) this.addCertificate(certificate);
      this.ocsps.push(ocsp);
    }
    return fresh;
  }

  get certificates(): readonly Certificate[] {
    return this.#certificates.all();
  }

  private addCertificate(raw: Uint8Array): boolean {
    const before = this.certificates.length;
    this.#certificates.add(raw);
    return this.certificates.length > before;
  }

  issuerOf(certificate: Certificate): Certificate | undefined {
    const name = nameText(certificate.issuer);
    return this.certificates.find((one) => nameText(one.subject) === name && !equalBytes(one.raw, certificate.raw));
  }

  /** Delegated responders of one issuer whose own status must be known. */
  responders(issuer: Certificate): Certificate[] {
    return this.ocsps
      .flatMap((one) => one.responders)
      .filter((one) => !one.ocspNoCheck && equalBytes(one.issuer.raw, issuer.subject.raw));
  }

  /** Signers of a list other than the issuer itself (RFC 5280 §6.3.3 (f)). */
  namedLike(crl: Crl, issuer: Certificate): Certificate[] {
    if (equalBytes(crl.issuer.raw, issuer.subject.raw)) return [];
    return this.certificates.filter((one) => equalBytes(one.subject.raw, crl.issuer.raw));
  }
}

function storedOcsp(raw: Uint8Array): StoredOcsp | undefined {
  const { basic } = parseOcspResponse(raw);
  if (basic === undefined) return undefined;
  return { raw, basic, responders: basic.certificates.flatMap((one) => readable(one, parseCertificate) ?? []) };
}

/** By the array: a source that answers from its memory has its answer read once. */
const lists = new WeakMap<Uint8Array, Crl | null>();
const answers = new WeakMap<Uint8Array, StoredOcsp | null>();

function remembered<T>(memory: WeakMap<Uint8Array, T | null>, raw: Uint8Array, read: (raw: Uint8Array) => T | undefined) {
  let known = memory.get(raw);
  if (known === undefined) memory.set(raw, (known = readable(raw, read) ?? null));
  return known ?? undefined;
}

function readable<T>(raw: Uint8Array, read: (raw: Uint8Array) => T): T | undefined {
  try {
    return read(raw);
  } catch (error) {
    if (error instanceof FormatFault || error instanceof PkiFault) return undefined;
    throw error;
  }
}

function addOnce(list: Uint8Array[], raw: Uint8Array): void {
  if (!list.some((one) => equalBytes(one, raw))) list.push(raw);
}

/** Both together; what stands in both stays twice. */
export function joined(a: Evidence, b: Evidence | undefined): Evidence {
  if (b === undefined) return a;
  return {
    certificates: [...a.certificates, ...b.certificates],
    crls: [...a.crls, ...b.crls],
    ocsps: [...a.ocsps, ...b.ocsps],
  };
}
