import { TAG } from '@antin/formats/der/tags';
import { context, contextValue, integer, octetString, oid, sequence, setOf, tlv } from '@antin/formats/der/writer';
import { encodeAttribute } from '../cms/attribute.ts';
import type { SecretDoor } from '../crypto.ts';
import { PkiFault } from '../fault.ts';
import { OID } from '../oids.ts';
import { encryptWithPassword } from './encryption.ts';
import { bmpOctets, passwordForms } from './kdf.ts';
import { buildMac } from './mac.ts';

/** Fewer iterations would make guessing the password cheaper than any tool of today does. */
const LEAST_ITERATIONS = 2048;

/**
 * Writes one key with its certificates as PKCS#12 (RFC 7292): PBES2 with AES-256-CBC and HMAC-SHA-256, MAC with SHA-256.
 *
 * @param content.pkcs8 DER PrivateKeyInfo
 * @param content.certificates raw; the first one belongs to the key
 * @throws {PkiFault} `pkcs12.iterations` for fewer than 2,048, `pkcs12.password`
 */
export function writePkcs12(
  content: {
    readonly pkcs8: Uint8Array;
    readonly certificates: readonly Uint8Array[];
    readonly friendlyName: string;
  },
  password: string | Uint8Array,
  secrets: SecretDoor,
  options: { readonly iterations: number },
): Uint8Array {
  const { iterations } = options;
  if (iterations < LEAST_ITERATIONS) throw new PkiFault('pkcs12.iterations', `at least ${LEAST_ITERATIONS} iterations`);
  const forms = passwordForms(password);
  const keyId = secrets.digest('SHA-256', content.certificates[0] ?? content.pkcs8);
  const attributes = setOf(
    encodeAttribute(OID.friendlyName, tlv(TAG.BMP_STRING, bmpOctets(content.friendlyName))),
    encodeAttribute(OID.localKeyId, octetString(keyId)),
  );
  const key = encryptWithPassword(content.pkcs8, forms, secrets, iterations);
  const shrouded = sequence(key.algorithm, octetString(key.sealed));
  const keyBag = sequence(oid(OID.pkcs8ShroudedKeyBag), context(0, shrouded), attributes);
  const certBags = content.certificates.map((raw, index) => {
    const bag = sequence(oid(OID.x509Certificate), context(0, octetString(raw)));
    return sequence(oid(OID.certBag), context(0, bag), ...(index === 0 ? [attributes] : []));
  });
  const certificates = encryptWithPassword(sequence(...certBags), forms, secrets, iterations);
  const encryptedInfo = sequence(oid(OID.idData), certificates.algorithm, contextValue(0, certificates.sealed));
  const safe = sequence(
    sequence(oid(OID.idEncryptedData), context(0, sequence(integer(0), encryptedInfo))),
    plainData(sequence(keyBag)),
  );
  return sequence(integer(3), plainData(safe), buildMac(safe, forms, secrets, iterations));
}

function plainData(content: Uint8Array): Uint8Array {
  return sequence(oid(OID.idData), context(0, octetString(content)));
}
