import { createHash, randomBytes } from 'node:crypto';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { memorySource } from '@antin/formats/bytes/source';
import { utf8 } from '@antin/formats/bytes/bytes';
import { fromBase64, toBase64 } from '@antin/formats/bytes/text-encodings';
import { writeZip } from '@antin/formats/zip/writer';
import { signatureAlgorithmIdentifier } from '@antin/pki/x509/algorithm';
import { basicConstraints, buildTbsCertificate, certificateFrom, keyUsage } from '@antin/pki/x509/build';
import { parseCertificate, type Certificate } from '@antin/pki/x509/certificate';
import { buildName } from '@antin/pki/x509/name';
import { buildCertificationRequest, buildCertificationRequestInfo, parseCertificationRequest } from '@antin/pki/x509/request';
import type { ConsolidatedRequest, RequestItem } from '@antin/protocol/certificates/request';
import type { ItemResult, RequestResult } from '@antin/protocol/certificates/result';

const ALGORITHM = { scheme: 'ecdsa', digest: 'SHA-256' } as const;

export interface TestKey {
  readonly pkcs8: Uint8Array;
  readonly spki: Uint8Array;
}

export const newKey = (): TestKey => nodeSecrets.generateKeyPair('p-256');

/** A request made by a subscriber's own device. */
export function csrOf(key: TestKey, commonName: string): Uint8Array {
  const info = buildCertificationRequestInfo({ subject: buildName([['CN', commonName]]), spki: key.spki });
  return buildCertificationRequest(info, signatureAlgorithmIdentifier(ALGORITHM), nodeSecrets.sign(key.pkcs8, ALGORITHM, info));
}

/** An issuer with a key, that answers requests and remembers everything it was told. */
export class FakeIssuer {
  readonly #key = newKey();
  readonly authority: Certificate;
  /** Requests by their id, however often they came. */
  readonly received = new Map<string, ConsolidatedRequest>();
  readonly answersHeard: { questionId: string; text: string }[] = [];
  readonly #now: () => Date;
  readonly names = new Map<string, string>();

  constructor(now: () => Date, commonName = 'CA thử nghiệm') {
    this.#now = now;
    this.authority = this.certify(commonName, this.#key.spki, { ca: true, name: commonName });
  }

  /** A certificate of this issuer, for a name and a key. */
  certify(
    commonName: string,
    spki: Uint8Array,
    options: { ca?: boolean; name?: string; years?: number; from?: Date } = {},
  ): Certificate {
    const from = (options.from ?? this.#now()).getTime();
    const tbs = buildTbsCertificate({
      serialNumber: Uint8Array.of(0x41, ...randomBytes(15)),
      signatureAlgorithm: signatureAlgorithmIdentifier(ALGORITHM),
      issuer: options.name === undefined ? this.authority.subject.raw : buildName([['CN', options.name]]),
      notBefore: Math.floor(from / 1000) * 1000,
      notAfter: Math.floor(from / 1000) * 1000 + Math.round((options.years ?? 5) * 365.25) * 86_400_000,
      subject: buildName([
        ['C', 'VN'],
        ['CN', commonName],
      ]),
      spki,
      extensions: [
        basicConstraints(options.ca === true),
        keyUsage(...(options.ca === true ? (['keyCertSign'] as const) : (['digitalSignature', 'nonRepudiation'] as const))),
      ],
    });
    const signature = nodeSecrets.sign(this.#key.pkcs8, ALGORITHM, tbs);
    return parseCertificate(certificateFrom(tbs, signatureAlgorithmIdentifier(ALGORITHM), signature));
  }

  receive(request: ConsolidatedRequest): void {
    if (!this.received.has(request.id)) this.received.set(request.id, request);
  }

  /** How an item ends here. Names of certificates that exist are told by `names`. */
  outcome(item: RequestItem, keyOf?: (item: RequestItem) => Uint8Array): ItemResult {
    const at = this.#now().toISOString();
    if (item.act === 'revoke') return { itemId: item.id, status: 'revoked', certificate: item.certificate, at };
    if (item.act === 'recover-device') return { itemId: item.id, status: 'recovered', certificate: item.certificate, at };
    const spki = keyOf?.(item) ?? this.#keyFor(item);
    const certificate = this.certify(this.#nameOf(item), spki);
    const device = item.act !== 'renew' && item.device !== 'pkcs10' ? { deviceSerial: `TK-${item.id.slice(0, 8)}` } : {};
    return {
      itemId: item.id,
      status: 'issued',
      certificate: toBase64(certificate.raw),
      chain: [toBase64(this.authority.raw)],
      ...device,
      at,
    };
  }

  #keyFor(item: RequestItem): Uint8Array {
    if ('csr' in item && item.csr !== undefined) return parseCertificationRequest(fromBase64(item.csr)).spki;
    const known = this.keys.get(item.id) ?? newKey().spki;
    this.keys.set(item.id, known);
    return known;
  }

  /** Keys made on tokens, or of certificates to be renewed, by item. */
  readonly keys = new Map<string, Uint8Array>();

  #nameOf(item: RequestItem): string {
    if ('subject' in item) return item.subject.form === '01' ? item.subject.fullName : item.subject.name;
    return this.names.get(item.id) ?? 'không tên';
  }
}

/** Batches of answers, numbered from 1. */
export function batchesOf(requestId: string, parts: readonly (readonly ItemResult[])[], at: Date): RequestResult[] {
  return parts.map((items, i) => ({
    ...{ type: 'antin.certificate-result', version: 1, requestId, sequence: i + 1 },
    at: at.toISOString(),
    items: [...items],
  }));
}

/** What an issuer carries back: results as JSON, certificates as files, or both. */
export function resultArchive(files: { results?: readonly RequestResult[]; certificates?: readonly Uint8Array[] }): Uint8Array {
  const entries = [
    ...(files.results ?? []).map((one, i) => ({
      name: i === 0 ? 'result.json' : `result-${i + 1}.json`,
      bytes: utf8(JSON.stringify(one)),
    })),
    ...(files.certificates ?? []).map((der) => ({
      name: `${createHash('sha256').update(der).digest('hex').slice(0, 16)}.cer`,
      bytes: der,
    })),
  ];
  const zip = writeZip(
    entries.map(({ name, bytes }) => ({ name, content: memorySource(bytes) })),
    Date.UTC(2026, 10, 22),
  );
  return zip.read(0, zip.size);
}
