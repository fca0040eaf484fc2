import { existsSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { FormatFault } from '@antin/formats/fault';
import type { CryptoDoor } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import { PkiFault } from '@antin/pki/fault';
import type { TrustAnchor } from '@antin/pki/path/validate';
import { parseCertificates } from '@antin/pki/x509/certificate';
import { trustFromLists } from '@antin/signature/trust-list/trust-from-lists';
import type { KnownVersion } from '@antin/signature/trust-list/judge';
import { practiceAnchors, readTrustStore } from '@antin/signature/trust-list/trust-store';
import type { TrustStore } from '@antin/signature/trust-list/trust-store';
import type { Clock } from '../clock/clock.ts';
import type { AnswerCache } from './answer-cache.ts';
import { evidenceFetcher } from './evidence.ts';
import { SourceFault } from './fault.ts';

export interface TrustFolderOptions {
  readonly door: CryptoDoor;
  readonly clock: Clock;
  readonly cache: AnswerCache;
  readonly profile: 'practice' | 'production';
  /** What was refused or has ended, for the log; never stops the rest. */
  readonly onWarning?: (code: string, message: string) => void;
}

export interface TrustFolder {
  readonly anchors: readonly TrustAnchor[];
  /** Authorities between signers and anchors, DER. */
  readonly certificates: readonly Uint8Array[];
  /** Asked by issuer and serial number; undefined for an issuer that is not known, and where nothing can be had. */
  evidence(need: {
    readonly kind: 'crl' | 'ocsp';
    readonly issuerSha256: string;
    readonly serialHex: string;
  }): Promise<Uint8Array | undefined>;
}

const STORE = 'trust.json';
const KNOWN = 'known-lists.json';

/**
 * Trust of an installation as files: `trust.json` with its certificates beside it, `lists/*.xml` (ETSI TS 119 612) with
 * `list-signers/`. The newest version of every list that was seen is remembered in `known-lists.json`: an older file put in its place
 * is refused. Status data comes only from the addresses that `trust.json` gives an authority.
 *
 * @throws {SourceFault} `source.trust-unreadable`; `source.practice-anchor` where the profile is `production`
 */
export function openTrustFolder(folder: string, options: TrustFolderOptions): TrustFolder {
  const store = readStore(folder, options);
  const anchors = [...store.anchors, ...listedAnchors(folder, options)];
  const [practice] = options.profile === 'production' ? practiceAnchors(anchors) : [];
  if (practice !== undefined) {
    throw new SourceFault('source.practice-anchor', `${practice.label ?? 'an anchor'} in ${folder} is for practice only`);
  }
  const { door } = options;
  const byIssuer = new Map(store.authorities.map((one) => [toHex(digestOf(door, 'SHA-256', one.certificate.raw)), one] as const));
  const places = store.authorities.flatMap((one) => [...one.crl, ...one.ocsp]);
  const fetch = evidenceFetcher({
    reach: { configured: [...new Set(places.map((url) => new URL(url).origin))], publicInternet: false },
    door,
    clock: options.clock,
    cache: options.cache,
    onFault: (fault) => options.onWarning?.(fault.code, fault.message),
  });
  return {
    anchors,
    certificates: store.authorities.map((one) => one.certificate.raw),
    async evidence(need) {
      const issuer = byIssuer.get(need.issuerSha256);
      const urls = issuer?.[need.kind] ?? [];
      if (issuer === undefined || urls.length === 0) return undefined;
      const { raw } = issuer.certificate;
      const found = await fetch([{ ...need, certificate: raw, issuer: raw, urls }]);
      return need.kind === 'crl' ? found.crls[0] : found.ocsps[0];
    },
  };
}

function readStore(folder: string, { door }: TrustFolderOptions): TrustStore {
  const path = join(folder, STORE);
  if (!existsSync(path)) return { anchors: [], authorities: [] };
  const file = (name: string): Uint8Array | undefined => {
    const beside = join(folder, basename(name));
    return existsSync(beside) ? bytesOf(beside) : undefined;
  };
  return reading(path, () => readTrustStore(bytesOf(path), { door, file }));
}

function listedAnchors(folder: string, { door, clock, onWarning }: TrustFolderOptions): readonly TrustAnchor[] {
  const files = filesIn(join(folder, 'lists'), /\.(xml|xtsl)$/i);
  if (files.length === 0) return [];
  const signers = filesIn(join(folder, 'list-signers'), /\.(pem|crt|cer|der)$/i).flatMap((path) =>
    reading(path, () => parseCertificates(bytesOf(path))),
  );
  const path = join(folder, KNOWN);
  const { anchors, refused, warnings, known } = trustFromLists(
    files.map((one) => ({ name: basename(one), bytes: bytesOf(one) })),
    { door, signers, at: clock().getTime(), known: readKnown(path) },
  );
  for (const one of refused) onWarning?.(one.code, `${one.name}: ${one.message}`);
  for (const one of warnings) onWarning?.(one.code, one.message);
  const beside = `${path}.${process.pid}`;
  writeFileSync(beside, `${JSON.stringify(Object.fromEntries(known), null, 2)}\n`, { mode: 0o600 });
  renameSync(beside, path);
  return anchors;
}

/** A damaged memory is not an empty one: without it an old list would be believed again. */
function readKnown(path: string): ReadonlyMap<string, KnownVersion> {
  if (!existsSync(path)) return new Map();
  return reading(path, () => {
    const read = JSON.parse(readFileSync(path, 'utf8')) as Record<string, KnownVersion>;
    for (const [identity, { sequenceNumber, issuedAt }] of Object.entries(read)) {
      if (!Number.isSafeInteger(sequenceNumber) || !Number.isSafeInteger(issuedAt))
        throw new SyntaxError(`no version of ${identity}`);
    }
    return new Map(Object.entries(read));
  });
}

function filesIn(folder: string, shape: RegExp): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => shape.test(name))
    .sort()
    .map((name) => join(folder, name));
}

function bytesOf(path: string): Uint8Array {
  return new Uint8Array(readFileSync(path));
}

function reading<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FormatFault) && !(error instanceof PkiFault) && !(error instanceof SyntaxError)) throw error;
    throw new SourceFault('source.trust-unreadable', `${path}: ${error.message}`, { cause: error });
  }
}
