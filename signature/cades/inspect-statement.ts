import { fromUtf8 } from '@antin/formats/bytes/bytes';
import type { CryptoDoor, DigestAlgorithm } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import { OID } from '@antin/pki/oids';
import { refusalOfAttributes, type AttributesRefusal } from '../making/inspect-attributes.ts';

export type StatementCheck =
  | { readonly status: 'matches'; readonly text: string }
  | {
      readonly status: 'refused';
      readonly code: `cades.${AttributesRefusal | 'statement-unreadable'}`;
      readonly message: string;
    };

const TYPES = [OID.idContentType, OID.idMessageDigest, OID.idSigningTime, OID.idAaSigningCertificateV2];

/**
 * What an agent checks before its key signs a statement: it is text that a person can be shown whole, and the attributes are
 * about it, all of it, and about this certificate.
 */
export function checkStatement(
  statement: Uint8Array,
  signedAttributes: Uint8Array,
  certificate: Uint8Array,
  digest: DigestAlgorithm,
  door: CryptoDoor,
): StatementCheck {
  const text = textOf(statement);
  if (text === undefined) {
    return { status: 'refused', code: 'cades.statement-unreadable', message: 'the statement is no text that can be shown' };
  }
  const contentDigest = digestOf(door, digest, statement);
  const refusal = refusalOfAttributes(signedAttributes, { types: TYPES, contentDigest, certificate }, door);
  if (refusal === undefined) return { status: 'matches', text };
  return { status: 'refused', code: `cades.${refusal.reason}`, message: refusal.message };
}

/** Invisible (also letters such as the Hangul filler) and direction-changing characters would let a screen show something else than what is signed. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = fromUtf8(bytes);
    return /[\p{DI}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?![\n\t])\p{Cc}/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
