import { constants, createHash, createPublicKey, verify, X509Certificate } from 'node:crypto';
import { childNamed, elementsIn, exclusiveForm, isNamed, readSmallXml, textIn } from '../archive-imprint/small-xml.ts';
import type { SmallElement } from '../archive-imprint/small-xml.ts';
import { dereferenced } from '../archive-imprint/xades.ts';

const DS = 'http://www.w3.org/2000/09/xmldsig#';

/**
 * A second opinion where no tool gives one (RSASSA-PSS, Ed25519, SHA-3 in XML): references and value of one of our signatures,
 * read by `small-xml.ts` and checked by `node:crypto`, with the first certificate of KeyInfo.
 */
export function smallCheck(
  document: Uint8Array,
  { index = 0, files = {} }: { readonly index?: number; readonly files?: Readonly<Record<string, Uint8Array>> } = {},
): { readonly references: readonly boolean[]; readonly value: boolean } {
  const root = readSmallXml(document);
  const signature = elementsIn(root).filter((one) => isNamed(one, DS, 'Signature'))[index] as SmallElement;
  const signedInfo = childNamed(signature, DS, 'SignedInfo') as SmallElement;
  const references = elementsIn(signedInfo)
    .filter((one) => isNamed(one, DS, 'Reference'))
    .map((one) => {
      const hash = createHash(hashName(algorithmOf(one, 'DigestMethod')));
      const expected = textIn(childNamed(one, DS, 'DigestValue') as SmallElement);
      return hash.update(dereferenced(root, one, files)).digest('base64') === expected;
    });
  const certificate = elementsIn(signature).find((one) => isNamed(one, DS, 'X509Certificate')) as SmallElement;
  const key = createPublicKey(
    new X509Certificate(Buffer.from(textIn(certificate), 'base64')).publicKey.export({ format: 'pem', type: 'spki' }),
  );
  const value = Buffer.from(textIn(childNamed(signature, DS, 'SignatureValue') as SmallElement), 'base64');
  const method = algorithmOf(signedInfo, 'SignatureMethod');
  const data = Buffer.from(exclusiveForm(signedInfo));
  if (method.endsWith('ed25519')) return { references, value: verify(null, data, key, value) };
  const options = method.endsWith('-rsa-MGF1')
    ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : ({ key, dsaEncoding: 'ieee-p1363' } as const);
  return { references, value: verify(hashName(method), data, options, value) };
}

function algorithmOf(parent: SmallElement, name: string): string {
  return childNamed(parent, DS, name)?.attributes.get('Algorithm') ?? '';
}

/** `…#sha3-256-rsa-MGF1` → `sha3-256`. */
function hashName(uri: string): string {
  return /sha3-\d+|sha\d+/.exec(uri.slice(uri.indexOf('#')))?.[0] ?? '';
}
