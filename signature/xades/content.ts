import type { ByteSource } from '@antin/formats/bytes/source';
import { readInPieces } from '@antin/formats/bytes/source';
import { utf8 } from '@antin/formats/bytes/bytes';
import { toBase64, toHex } from '@antin/formats/bytes/text-encodings';
import { C14N, canonicalize } from '@antin/formats/xml/canonicalize';
import { parseXml, withXml } from '@antin/formats/xml/document';
import type { XmlTree } from '@antin/formats/xml/document';
import type { Markup } from '@antin/formats/xml/write';
import { element } from '@antin/formats/xml/write';
import type { CryptoDoor, DigestAlgorithm } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import { SignatureFault } from '../fault.ts';
import { requireHoldable } from '../making/require-holdable.ts';
import { DS, TRANSFORM, TYPE } from '../xmldsig/names.ts';
import { elementOfId } from '../xmldsig/reference.ts';
import { signatureElements } from '../xmldsig/signature.ts';
import type { SignaturePlace } from './to-be-signed.ts';

export type XadesInput =
  | {
      readonly packaging: 'enveloped';
      /** UTF-8 XML. */
      readonly document: Uint8Array;
      readonly mimeType?: string;
      /** Identifier of the one element to sign; the whole document when absent. */
      readonly target?: string;
      /** Identifier of the element whose last child the signature becomes; the root when absent. */
      readonly parent?: string;
    }
  | { readonly packaging: 'enveloping'; readonly objects: readonly EnvelopedObject[] }
  | { readonly packaging: 'detached'; readonly files: readonly DetachedFile[] };

export interface EnvelopedObject {
  readonly content: Uint8Array;
  readonly mimeType: string;
  /** `xml` puts the root element into the signature as it is, `base64` any bytes. */
  readonly as: 'xml' | 'base64';
}

export interface DetachedFile {
  /** As people see it; the URI is made from it. */
  readonly name: string;
  readonly content: ByteSource;
  readonly mimeType: string;
}

/** A ds:Reference to data, with its digest. */
export interface PlannedReference {
  readonly uri: string;
  readonly type?: string;
  readonly transforms: readonly Markup[];
  readonly digestValue: Uint8Array;
  readonly mimeType: string;
  readonly encoding?: string;
}

export interface PlannedContent {
  readonly references: readonly PlannedReference[];
  readonly objects: readonly Markup[];
  readonly place?: SignaturePlace;
}

const EXCLUSIVE = element('ds:Transform', { Algorithm: C14N.exclusive });
const BASE64 = element('ds:Transform', { Algorithm: TRANSFORM.base64 });
/** Leaves out all signatures, so that the next signer does not break this one's. */
const NOT_SIGNATURES = element(
  'ds:Transform',
  { Algorithm: TRANSFORM.xpath },
  element('ds:XPath', {}, 'not(ancestor-or-self::ds:Signature)'),
);

/**
 * What is signed and where, with digests.
 *
 * @param idOf gives the identifier of a ds:Object by its number
 * @throws {SignatureFault} `xades.encoding`, `xades.nothing-to-sign`, `signature.content-too-large`, `xmldsig.ambiguous-id`,
 *   `xmldsig.reference-not-found`
 * @throws {FormatFault} `xml.*`
 */
export function plan(input: XadesInput, door: CryptoDoor, digest: DigestAlgorithm, idOf: (n: number) => string): PlannedContent {
  const planned =
    input.packaging === 'enveloped'
      ? planEnveloped(input, door, digest)
      : input.packaging === 'enveloping'
        ? planObjects(input.objects, door, digest, idOf)
        : { references: input.files.map((file) => planFile(file, door, digest)), objects: [] };
  if (planned.references.length === 0) throw new SignatureFault('xades.nothing-to-sign', 'no data object is given');
  return planned;
}

function planEnveloped(
  { document, target, parent, mimeType = 'text/xml' }: Extract<XadesInput, { packaging: 'enveloped' }>,
  door: CryptoDoor,
  digest: DigestAlgorithm,
): PlannedContent {
  const tree = parseXml(document);
  try {
    if (tree.encoding !== 'utf-8') throw new SignatureFault('xades.encoding', 'only UTF-8 documents can take a signature');
    const home = parent === undefined ? tree.root : elementOfId(tree, parent);
    const apex = target === undefined ? undefined : elementOfId(tree, target);
    const inside = apex === undefined || apex.contains(home);
    const octets = canonicalize(tree, C14N.exclusive, {
      ...(apex === undefined ? {} : { apex }),
      without: inside ? signatureElements(tree) : [],
      dropComments: true,
    });
    if (octets.length === 0) throw new SignatureFault('xades.nothing-to-sign', 'what is to be signed lies inside a signature');
    const reference: PlannedReference = {
      uri: target === undefined ? '' : `#${target}`,
      transforms: inside ? [NOT_SIGNATURES, EXCLUSIVE] : [EXCLUSIVE],
      digestValue: digestOf(door, digest, octets),
      mimeType,
    };
    const identity = { inputSize: document.length, inputSha256: toHex(digestOf(door, 'SHA-256', document)) };
    return { references: [reference], objects: [], place: { ...identity, ...placeIn(tree, home) } };
  } finally {
    tree.dispose();
  }
}

function placeIn(tree: XmlTree, home: XmlTree['root']): Omit<SignaturePlace, 'inputSize' | 'inputSha256'> {
  if (home.is(DS, 'Signature'))
    throw new SignatureFault('xades.nothing-to-sign', 'a signature does not stand inside a signature');
  if (home.closeStart < home.end) return { prefixEnd: home.closeStart, suffixStart: home.closeStart, before: '', behind: '' };
  const slash = tree.text.lastIndexOf('/', home.end - 1);
  return { prefixEnd: slash, suffixStart: home.end, before: '>', behind: `</${home.name}>` };
}

function planObjects(
  objects: readonly EnvelopedObject[],
  door: CryptoDoor,
  digest: DigestAlgorithm,
  idOf: (n: number) => string,
): PlannedContent {
  const size = objects.reduce((sum, one) => sum + one.content.length, 0);
  requireHoldable(size, 'sign it detached or in an ASiC container');
  const made = objects.map(({ content, mimeType, as }, i) => {
    const id = idOf(i + 1);
    const attributes = { Id: id, MimeType: mimeType, ...(as === 'base64' ? { Encoding: TRANSFORM.base64 } : {}) };
    if (as === 'base64') {
      // Markup, not text: base64 has nothing to escape, and looking for it makes copies of megabytes.
      const text = { xml: toBase64(content) };
      const object = element('ds:Object', { Encoding: TRANSFORM.base64, Id: id, MimeType: mimeType }, text);
      const digestValue = digestOf(door, digest, content);
      const transforms = [BASE64];
      return {
        object,
        reference: { uri: `#${id}`, type: TYPE.object, transforms, digestValue, mimeType, encoding: TRANSFORM.base64 },
      };
    }
    const inner = withXml(content, ({ text, root }) => text.slice(root.start, root.end));
    const object = element('ds:Object', attributes, { xml: inner });
    // Exclusive: the octets do not depend on what will stand around the object.
    const alone = element('ds:Object', { 'xmlns:ds': DS, ...attributes }, { xml: inner });
    const octets = withXml(utf8(alone.xml), (tree) => canonicalize(tree, C14N.exclusive, { apex: tree.root }));
    const digestValue = digestOf(door, digest, octets);
    return { object, reference: { uri: `#${id}`, type: TYPE.object, transforms: [EXCLUSIVE], digestValue, mimeType } };
  });
  return { references: made.map((one) => one.reference), objects: made.map((one) => one.object) };
}

function planFile({ name, content, mimeType }: DetachedFile, door: CryptoDoor, digest: DigestAlgorithm): PlannedReference {
  const running = door.digest(digest);
  readInPieces(content, 0, content.size, (piece) => running.update(piece));
  return { uri: fileUri(name), transforms: [], digestValue: running.finish(), mimeType };
}

/**
 * A file name as a relative reference (RFC 3986 §3.3): a slash parts folders, all else that is not plain is percent-encoded, as
 * UTF-8 and as it stands; names are not normalised, because the file's own name is what others look for.
 *
 * @throws {SignatureFault} `xades.file-name`
 */
export function fileUri(name: string): string {
  if (name === '' || !name.isWellFormed()) throw new SignatureFault('xades.file-name', 'not a file name');
  return name.split('/').map(encodeURIComponent).join('/');
}
