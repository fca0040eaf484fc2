import { randomBytes, createHash } from 'node:crypto';
import { decodeDer } from '@antin/formats/der/reader';
import { readOctetString } from '@antin/formats/der/values';
import { bitString, nullValue, oid, sequence, unsignedInteger } from '@antin/formats/der/writer';
import { CKA, CKM } from '@antin/adapters/pkcs11/constants';
import type { Cryptoki } from '@antin/adapters/pkcs11/cryptoki';
import type { KeyKind, SignatureAlgorithm } from '@antin/pki/crypto';
import { OID } from '@antin/pki/oids';
import { AuthorityFault } from '../../fault.ts';
import { OP } from './frame.ts';
import type { Frame } from './frame.ts';
import type { Vocabulary } from './server.ts';
import type { Token } from './token.ts';

export type CeremonyKeyKind = Extract<KeyKind, 'p-256' | 'p-384' | 'rsa-2048' | 'rsa-3072' | 'rsa-4096'>;

/** What a ceremony asks of the token. The bytes were shown to people, reviewed and compared before; see `authority/keys/ceremony`. */
export type CeremonyRequest =
  | { readonly generate: { readonly kind: CeremonyKeyKind; readonly label: string } }
  | { readonly sign: { readonly spki: string; readonly algorithm: SignatureAlgorithm; readonly tbs: string } };

const CURVES: Partial<Record<CeremonyKeyKind, string>> = { 'p-256': OID.secp256r1, 'p-384': OID.secp384r1 };

/** The vocabulary of a signer that was started for a ceremony (its file says so); a serving one has none of it. */
export function ceremonyDesk(token: Token): Vocabulary {
  return {
    begin: (frame) => () => answer(frame),
    noted: () => {},
  };

  async function answer({ code, payload }: Frame): Promise<Uint8Array | object> {
    if (code !== OP.ceremony) throw new AuthorityFault('keys.unknown-operation', 'this signer serves a ceremony only');
    const request = JSON.parse(payload.toString('utf8')) as CeremonyRequest;
    if ('generate' in request) {
      const { kind, label } = request.generate;
      const spki = await token.withSession((module, session) => generate(module, session, kind, label));
      return { spki: Buffer.from(spki).toString('base64') };
    }
    const { algorithm, tbs } = request.sign;
    const spki = new Uint8Array(Buffer.from(request.sign.spki, 'base64'));
    const key = { id: createHash('sha256').update(spki).digest('hex'), spki, algorithm };
    await token.addKey(key);
    return token.sign(key, Buffer.from(tbs, 'base64'));
  }
}

/** A pair that never leaves the token: sensitive, not extractable, for signing only. */
function generate(module: Cryptoki, session: number, kind: CeremonyKeyKind, label: string): Uint8Array {
  const id = randomBytes(16);
  const both = [
    [CKA.token, true],
    [CKA.label, Buffer.from(label)],
    [CKA.id, id],
  ] as const;
  const curve = CURVES[kind];
  const shape =
    curve === undefined
      ? ([
          [CKA.modulusBits, Number(kind.slice(4))],
          [CKA.publicExponent, Buffer.of(1, 0, 1)],
        ] as const)
      : ([[CKA.ecParams, Buffer.from(oid(curve))]] as const);
  const { publicKey } = module.generateKeyPair(
    session,
    { type: curve === undefined ? CKM.rsaPkcsKeyPairGen : CKM.ecKeyPairGen },
    [...both, [CKA.verify, true], ...shape],
    [...both, [CKA.private, true], [CKA.sensitive, true], [CKA.extractable, false], [CKA.sign, true]],
  );
  const attribute = (type: number): Buffer => {
    const value = module.attribute(session, publicKey, type);
    if (value === undefined) throw new AuthorityFault('keys.device-error', 'the token does not show the public key it made');
    return value;
  };
  if (curve !== undefined) {
    // CKA_EC_POINT is an OCTET STRING around the point (v2.40).
    const point = readOctetString(decodeDer(new Uint8Array(attribute(CKA.ecPoint))));
    return sequence(sequence(oid(OID.idEcPublicKey), oid(curve)), bitString(point));
  }
  const numbers = [attribute(CKA.modulus), attribute(CKA.publicExponent)].map((value) => unsignedInteger(new Uint8Array(value)));
  return sequence(sequence(oid(OID.rsaEncryption), nullValue()), bitString(sequence(...numbers)));
}
