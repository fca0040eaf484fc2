import { FormatFault } from '@antin/formats/fault';
import { fromHex } from '@antin/formats/bytes/text-encodings';
import { equalBytes } from '@antin/formats/bytes/bytes';
import { unsignedInteger } from '@antin/formats/der/writer';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import type { Db } from '@antin/adapters/db/transaction';
import { digestOf } from '@antin/pki/crypto';
import { PkiFault } from '@antin/pki/fault';
import { buildResponseData, ocspErrorResponse, ocspResponseFrom } from '@antin/pki/ocsp/build';
import { certId, readCertId } from '@antin/pki/ocsp/certificate-id';
import type { CertId } from '@antin/pki/ocsp/certificate-id';
import { parseOcspRequest } from '@antin/pki/ocsp/request';
import type { OcspRequest } from '@antin/pki/ocsp/request';
import type { OcspResponseStatus } from '@antin/pki/ocsp/response';
import { serialHexOf } from '@antin/pki/x509/certificate';
import type { CertifiedKey } from '../keys/signing-key.ts';
import { AnswerMemory, asKey } from './answer-memory.ts';
import type { ReadyAnswer } from './answer-memory.ts';
import { dropAnswers, findAnswer, keepAnswers, takeAgeing, unanswered } from './answer-store.ts';
import type { IdHash, NewAnswer, SignedAnswer } from './answer-store.ts';
import { NEVER_ISSUED, statusesOf } from './certificate-status.ts';
import type { KnownStatus } from './certificate-status.ts';
import { issuerByHashes, issuerBySha256 } from './issuers.ts';
import type { StatusIssuer } from './issuers.ts';

export interface ResponderParts {
  /** Where questions are looked up: reads only. */
  readonly db: Db;
  /** Where signed answers are kept; nothing of a question goes there but a number that was found. */
  readonly keeping: Db;
  /** The delegated responder of a CA generation as it is now, renewed every few weeks; undefined where OCSP is not offered. */
  readonly responder: (issuerSha256: string) => CertifiedKey | undefined | Promise<CertifiedKey | undefined>;
  readonly clock: () => number;
  /** Whether every change of a status is heard within two seconds just now; else memory is not asked. */
  readonly hears: () => boolean;
  /** Told when an answer could not be given; the asker hears `tryLater`. */
  readonly onFault: (fault: unknown) => void;
  /** How long an answer may be repeated; it is signed anew after half of it. */
  readonly validMs?: number;
}

export interface OcspAnswer {
  readonly der: Uint8Array;
  readonly producedAt: number;
  /** May be kept by caches until then; absent for errors and for answers that echo a nonce. */
  readonly freshUntil?: number;
  readonly etag?: string;
}

const HOUR = 3_600_000;
/** Certificates asked about in one request; each costs a look-up and room in the answer. */
export const MOST_REQUESTS = 16;
/** Signatures under way at once: beyond that an attacker with nonces is told to come later, and others are served. */
const MOST_LIVE = 256;
/** Of one issuer: its name is read again then, so that a new generation is found. */
const KNOWN_ISSUERS = 10_000;

const isIdHash = (digest: CertId['digest']): digest is IdHash => digest === 'SHA-1' || digest === 'SHA-256';
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/**
 * OCSP responder (RFC 6960, RFC 5019, RFC 9654) for every CA generation of this authority. Plain questions get answers that
 * were signed before; those with a nonce, of several certificates or about numbers never issued are signed for them alone.
 */
export function ocspResponder({ db, keeping, responder, clock, hears, onFault, validMs = 4 * HOUR }: ResponderParts) {
  const memory = new AnswerMemory();
  const issuers = new Map<string, StatusIssuer>();
  let live = 0;

  /** Loaded when first asked for: with ten thousand generations nothing happens at the start. */
  async function issuerOf(id: CertId): Promise<StatusIssuer | undefined> {
    if (!isIdHash(id.digest)) return undefined;
    const key = `${hexOf(id.issuerNameHash)} ${hexOf(id.issuerKeyHash)}`;
    let issuer = issuers.get(key);
    if (issuer === undefined) {
      issuer = await issuerByHashes(db, id.digest, id.issuerNameHash, id.issuerKeyHash);
      // Only those that exist are remembered: invented ones must not pile up.
      if (issuer === undefined) return undefined;
      if (issuers.size >= KNOWN_ISSUERS) issuers.clear();
      issuers.set(key, issuer);
    }
    return issuer;
  }

  const validity = (signer: CertifiedKey) => {
    const thisUpdate = Math.floor(clock() / 1000) * 1000;
    // An answer must not outlive the certificate it is checked with.
    const nextUpdate = Math.min(thisUpdate + validMs, signer.certificate.notAfter);
    return { thisUpdate, nextUpdate, refreshAt: thisUpdate + (nextUpdate - thisUpdate) / 2 };
  };

  async function sign(
    issuer: StatusIssuer,
    signer: CertifiedKey,
    asked: readonly { readonly id: Uint8Array; readonly known: KnownStatus }[],
    nonce: Uint8Array | undefined,
  ): Promise<SignedAnswer> {
    const times = validity(signer);
    const { thisUpdate, nextUpdate } = times;
    const tbs = buildResponseData({
      responderId: { keyHash: keyHashOf(signer) },
      producedAt: thisUpdate,
      // Nothing is ever forgotten here, expired or not.
      responses: asked.map(({ id, known }) => ({
        certId: id,
        status: known.status,
        thisUpdate,
        nextUpdate,
        archiveCutoff: issuer.certificate.notBefore,
      })),
      ...(nonce === undefined ? {} : { nonce }),
    });
    const signature = await signer.key.sign('ocsp', tbs);
    return { ...times, der: ocspResponseFrom(tbs, signer.algorithmIdentifier, signature, [signer.certificate.raw]) };
  }

  /** Signed for this request alone. */
  async function liveAnswer(
    issuer: StatusIssuer,
    signer: CertifiedKey,
    ids: readonly CertId[],
    nonce: Uint8Array | undefined,
  ): Promise<OcspAnswer> {
    if (live >= MOST_LIVE) return errorAnswer('tryLater');
    live += 1;
    try {
      const serials = ids.map((id) => serialHexOf(id.serialNumber));
      const statuses = await statusesOf(db, issuer.issuerSha256, serials);
      const asked = ids.map((id, i) => ({ id: id.raw, known: statuses.get(serials[i] as string) ?? NEVER_ISSUED }));
      const { der, thisUpdate, nextUpdate } = await sign(issuer, signer, asked, nonce);
      // What is unknown now may be issued in a moment: only what exists may be kept.
      const lasting = nonce === undefined && asked.every(({ known }) => known.status.kind !== 'unknown');
      return { der, producedAt: thisUpdate, ...(lasting ? { freshUntil: nextUpdate } : {}) };
    } finally {
      live -= 1;
    }
  }

  /** From the table, else signed now and kept there; undefined for a number never issued. */
  async function keptAnswer(issuer: StatusIssuer, signer: CertifiedKey, id: CertId): Promise<ReadyAnswer | undefined> {
    const serialHex = serialHexOf(id.serialNumber);
    const { issuerSha256 } = issuer;
    const hash = id.digest as IdHash;
    const make = async (): Promise<SignedAnswer> => {
      const kept = await findAnswer(db, { issuerSha256, serialHex, hash }, clock());
      if (kept !== undefined && kept.refreshAt > clock()) return kept;
      const known = (await statusesOf(db, issuerSha256, [serialHex])).get(serialHex) ?? NEVER_ISSUED;
      if (known.status.kind === 'unknown') throw new NeverIssued();
      const answer = await sign(issuer, signer, [{ id: id.raw, known }], undefined);
      await keepAnswers(keeping, issuerSha256, [{ ...answer, issuerSha256, serialHex, hash, status: known.status }]);
      return answer;
    };
    try {
      return await memory.during(`${issuerSha256} ${serialHex}`, make);
    } catch (fault) {
      if (fault instanceof NeverIssued) return undefined;
      throw fault;
    }
  }

  function errorAnswer(status: Exclude<OcspResponseStatus, 'successful'>): OcspAnswer {
    return { der: ocspErrorResponse(status), producedAt: clock() };
  }

  async function decide(parsed: OcspRequest, key: string): Promise<OcspAnswer> {
    const ids = parsed.requests.map((one) => one.certId);
    const first = ids[0] as CertId;
    const issuer = await issuerOf(first);
    const others = await Promise.all(ids.slice(1).map(issuerOf));
    // One signature speaks for one CA (RFC 6960 §4.2.2.2); about others' certificates nothing is said.
    if (issuer === undefined || others.some((one) => one?.issuerSha256 !== issuer.issuerSha256))
      return errorAnswer('unauthorized');
    const signer = await responder(issuer.issuerSha256);
    if (signer === undefined) return errorAnswer('unauthorized');
    const plain = ids.length === 1 && parsed.nonce === undefined && equalBytes(first.raw, ownId(issuer, first));
    if (!plain) return liveAnswer(issuer, signer, ids, parsed.nonce);
    const ready = await keptAnswer(issuer, signer, first);
    if (ready === undefined) return liveAnswer(issuer, signer, ids, undefined);
    memory.remember(key, ready);
    return outOf(ready);
  }

  /** Signs answers again before they age, and, when told to, about every certificate in force. At most `most` a call. */
  async function presign(most: number): Promise<number> {
    const byIssuer = new Map<string, { serialHex: string; hash: IdHash }[]>();
    for (const { issuerSha256, serialHex, hash } of await takeAgeing(keeping, clock(), most)) {
      byIssuer.set(issuerSha256, [...(byIssuer.get(issuerSha256) ?? []), { serialHex, hash }]);
    }
    let signed = 0;
    for (const [issuerSha256, wanted] of byIssuer) signed += await signAll(issuerSha256, wanted);
    return signed;
  }

  async function signAll(
    issuerSha256: string,
    wanted: readonly { readonly serialHex: string; readonly hash: IdHash }[],
  ): Promise<number> {
    const issuer = await issuerBySha256(db, issuerSha256);
    const signer = await responder(issuerSha256);
    if (issuer === undefined || signer === undefined) {
      // Of a generation that retired: nobody signs them again, and they must not stand before those that are waiting.
      const serials = wanted.map((one) => one.serialHex);
      await dropAnswers(keeping, issuerSha256, serials);
      return serials.length;
    }
    const statuses = await statusesOf(
      db,
      issuerSha256,
      wanted.map((one) => one.serialHex),
    );
    const answers: NewAnswer[] = [];
    const ended: string[] = [];
    for (const { serialHex, hash } of wanted) {
      const known = statuses.get(serialHex) ?? NEVER_ISSUED;
      // Expired certificates are asked about seldom: on demand.
      if (known.status.kind === 'unknown' || (known.notAfter ?? 0) < clock()) {
        ended.push(serialHex);
        continue;
      }
      const id = certId(issuer.certificate, unsignedInteger(fromHex(serialHex)).subarray(2), hash, nodeCrypto);
      const answer = await sign(issuer, signer, [{ id, known }], undefined);
      answers.push({ ...answer, issuerSha256, serialHex, hash, status: known.status });
    }
    if (ended.length > 0) await dropAnswers(keeping, issuerSha256, ended);
    return (await keepAnswers(keeping, issuerSha256, answers)).length;
  }

  return {
    /** What is in memory for a request as it came (DER, or the path of a GET by `asKey`); undefined: ask `answer`. */
    known: (key: string): ReadyAnswer | undefined => (hears() ? memory.find(key, clock()) : undefined),
    /**
     * DER in, DER out; hostile requests get the error the RFC names and never an exception.
     *
     * @param key under which the answer may be remembered; the request's own octets when left out
     */
    async answer(request: Uint8Array, key: string = asKey(request)): Promise<OcspAnswer> {
      const found = hears() ? memory.find(key, clock()) : undefined;
      if (found !== undefined) return outOf(found);
      let parsed: OcspRequest;
      try {
        parsed = parseOcspRequest(request, { maxRequests: MOST_REQUESTS });
      } catch (error) {
        if (!(error instanceof FormatFault || error instanceof PkiFault)) throw error;
        return errorAnswer('malformedRequest');
      }
      try {
        return await inTime(decide(parsed, key));
      } catch (fault) {
        onFault(fault);
        // The database or the key is away: what was signed before is still true by its own words.
        const old = memory.findOld(key, clock());
        return old === undefined ? errorAnswer('tryLater') : outOf(old);
      }
    },
    /** An answer about one certificate of one issuer made now, for evidence; undefined where OCSP is not offered. */
    async evidence(issuerSha256: string, serialHex: string): Promise<Uint8Array | undefined> {
      const issuer = await issuerBySha256(db, issuerSha256);
      const signer = await responder(issuerSha256);
      if (issuer === undefined || signer === undefined) return undefined;
      const serial = unsignedInteger(fromHex(serialHex)).subarray(2);
      const id = readCertId(certId(issuer.certificate, serial, 'SHA-256', nodeCrypto));
      return (await liveAnswer(issuer, signer, [id], undefined)).der;
    },
    presign,
    /** Signs about certificates in force that have no answer yet, from one number on; returns where to go on. */
    async fill(issuerSha256: string, after: string, most: number): Promise<string | undefined> {
      const { serialsHex, last } = await unanswered(db, issuerSha256, after, clock(), most);
      if (serialsHex.length > 0)
        await signAll(
          issuerSha256,
          serialsHex.map((serialHex) => ({ serialHex, hash: 'SHA-1' })),
        );
      return last;
    },
    /** A change was heard: `issuerSha256 serialHex`. What was signed before is gone at once. */
    drop: (certificate: string) => memory.drop(certificate),
    /** Signs anew about certificates that changed, so that the next question finds it ready. */
    async signChanged(certificates: readonly string[]): Promise<void> {
      const byIssuer = new Map<string, { serialHex: string; hash: IdHash }[]>();
      for (const certificate of certificates) {
        const [issuerSha256 = '', serialHex = ''] = certificate.split(' ');
        byIssuer.set(issuerSha256, [...(byIssuer.get(issuerSha256) ?? []), { serialHex, hash: 'SHA-1' }]);
      }
      for (const [issuerSha256, wanted] of byIssuer) await signAll(issuerSha256, wanted);
    },
    /** Changes may have been missed. */
    forget: () => memory.clear(),
  };
}

/** A database that hangs must not hold askers for its own patience of ten seconds. */
const PATIENCE_MS = 3000;

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), PATIENCE_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

export type OcspResponder = ReturnType<typeof ocspResponder>;

class NeverIssued extends Error {}

function outOf({ der, thisUpdate, nextUpdate, etag }: ReadyAnswer): OcspAnswer {
  return { der, producedAt: thisUpdate, freshUntil: nextUpdate, etag };
}

/** The CertID as we write it; a request that writes the same otherwise gets its own back, signed for it. */
function ownId(issuer: StatusIssuer, id: CertId): Uint8Array {
  return certId(issuer.certificate, id.serialNumber, id.digest as IdHash, nodeCrypto);
}

const keyHashes = new WeakMap<CertifiedKey['certificate'], Uint8Array>();

function keyHashOf({ certificate }: CertifiedKey): Uint8Array {
  let hash = keyHashes.get(certificate);
  if (hash === undefined) keyHashes.set(certificate, (hash = digestOf(nodeCrypto, 'SHA-1', certificate.publicKey)));
  return hash;
}
