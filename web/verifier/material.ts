import { toHex } from '@antin/formats/bytes/text-encodings';
import { digestOf, type CryptoDoor } from '@antin/pki/crypto';
import { parseCrl } from '@antin/pki/crl/parse';
import { parseOcspResponse } from '@antin/pki/ocsp/response';
import { parseTimeStampToken } from '@antin/pki/tsp/token';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { nameText } from '@antin/pki/x509/name';
import type { Material } from '@antin/signature/validation/outcome';

export type PieceKind = 'certificate' | 'crl' | 'ocsp' | 'time-stamp';

/** One thing the answer rests on, ready to be saved. */
export interface Piece {
  readonly kind: PieceKind;
  /** Subject, issuer or time, as written inside it. */
  readonly about: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const MOST = 200;

/**
 * What was at hand, each once. Of certificates only those that the facts name: the trust list of an installation has many that
 * this file never met.
 *
 * @param diagnostic the facts as JSON
 */
export function piecesOf(material: Material, diagnostic: string, door: CryptoDoor): readonly Piece[] {
  const known = new Set<string>();
  const pieces: Piece[] = [];
  const add = (kind: PieceKind, raw: Uint8Array, about: () => string, wanted?: (sha256: string) => boolean): void => {
    const sha256 = toHex(digestOf(door, 'SHA-256', raw));
    if (known.has(sha256) || pieces.length >= MOST || wanted?.(sha256) === false) return;
    known.add(sha256);
    pieces.push({ kind, about: readable(about), bytes: raw.slice() });
  };
  for (const raw of material.certificates) {
    add(
      'certificate',
      raw,
      () => nameText(parseCertificate(raw).subject),
      (sha256) => diagnostic.includes(sha256),
    );
  }
  for (const raw of material.timeStampTokens) {
    add('time-stamp', raw, () => new Date(parseTimeStampToken(raw).info.genTime).toISOString());
  }
  for (const raw of material.ocsps) {
    add('ocsp', raw, () => new Date(parseOcspResponse(raw).basic?.producedAt ?? 0).toISOString());
  }
  for (const raw of material.crls) add('crl', raw, () => nameText(parseCrl(raw).issuer));
  return pieces;
}

/** What cannot be read was no help to the judge either; it can still be saved. */
function readable(about: () => string): string {
  try {
    return about();
  } catch {
    return '';
  }
}
