import { createHash } from 'node:crypto';
import { childNamed, elementsIn, exclusiveForm, isNamed, readSmallXml, textIn } from './small-xml.ts';
import type { SmallElement } from './small-xml.ts';

const DS = 'http://www.w3.org/2000/09/xmldsig#';
const XADES = 'http://uri.etsi.org/01903/v1.3.2#';
const XADES141 = 'http://uri.etsi.org/01903/v1.4.1#';
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';

export interface StampInFile {
  readonly kind: 'signature' | 'archive';
  /** DER of the token. */
  readonly token: Uint8Array;
  /** What its message imprint must be, in lower-case hexadecimal. */
  imprint(digest: string): string;
}

/**
 * The time-stamps of one signature of a document with what each must be over, by our own second reading of
 * EN 319 132-1 §5.3 and §5.5.2. Only for documents with exclusive canonical forms, as we make them.
 *
 * @param files content outside the document, by decoded name
 */
export function timeStampsOf(
  document: Uint8Array,
  { index = 0, files = {} }: { readonly index?: number; readonly files?: Readonly<Record<string, Uint8Array>> } = {},
): StampInFile[] {
  const root = readSmallXml(document);
  const signature = elementsIn(root).filter((one) => isNamed(one, DS, 'Signature'))[index] as SmallElement;
  const part = (name: string) => childNamed(signature, DS, name) as SmallElement;
  const unsigned = elementsIn(signature).find((one) => isNamed(one, XADES, 'UnsignedSignatureProperties'));
  const properties = (unsigned?.children ?? []).filter((one): one is SmallElement => typeof one !== 'string');
  return properties.flatMap((property, place): StampInFile[] => {
    const archive = isNamed(property, XADES141, 'ArchiveTimeStamp');
    if (!archive && !isNamed(property, XADES, 'SignatureTimeStamp')) return [];
    const parts = archive
      ? [
          ...references(part('SignedInfo')).map((one) => dereferenced(root, one, files)),
          ...['SignedInfo', 'SignatureValue', 'KeyInfo'].map((name) => exclusiveForm(part(name))),
          ...properties.slice(0, place).map((one) => exclusiveForm(one)),
          ...objects(signature).map((one) => exclusiveForm(one)),
        ]
      : [exclusiveForm(part('SignatureValue'))];
    const token = Buffer.from(textIn(childNamed(property, XADES, 'EncapsulatedTimeStamp') as SmallElement), 'base64');
    return [
      { kind: archive ? 'archive' : 'signature', token: new Uint8Array(token), imprint: (digest) => hashed(digest, parts) },
    ];
  });
}

function references(signedInfo: SmallElement): SmallElement[] {
  return elementsIn(signedInfo).filter((one) => isNamed(one, DS, 'Reference'));
}

/** Every ds:Object but the one around the qualifying properties. */
function objects(signature: SmallElement): SmallElement[] {
  return signature.children
    .filter((one): one is SmallElement => typeof one !== 'string' && isNamed(one, DS, 'Object'))
    .filter((one) => childNamed(one, XADES, 'QualifyingProperties') === undefined);
}

/** The octets a ds:Reference stands for. */
export function dereferenced(
  root: SmallElement,
  reference: SmallElement,
  files: Readonly<Record<string, Uint8Array>>,
): string | Uint8Array {
  const uri = reference.attributes.get('URI') as string;
  const transforms = elementsIn(reference)
    .filter((one) => isNamed(one, DS, 'Transform'))
    .map((one) => one.attributes.get('Algorithm') as string);
  if (uri !== '' && !uri.startsWith('#')) return files[decodeURIComponent(uri)] as Uint8Array;
  const target = uri === '' ? root : (elementsIn(root).find((one) => one.attributes.get('Id') === uri.slice(1)) as SmallElement);
  if (transforms.join() === `${DS}base64`) return Buffer.from(textIn(target), 'base64');
  const withoutSignatures = transforms[0]?.includes('xpath') === true;
  if (transforms.at(-1) !== EXCLUSIVE || transforms.length > 2)
    throw new Error(`not one of our transforms: ${transforms.join()}`);
  return exclusiveForm(target, withoutSignatures ? (one) => isNamed(one, DS, 'Signature') : undefined);
}

function hashed(digest: string, parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash(digest.replace('SHA-', 'sha'));
  for (const one of parts) hash.update(one);
  return hash.digest('hex');
}
