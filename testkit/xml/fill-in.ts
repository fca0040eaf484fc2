import { createHash } from 'node:crypto';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import type { ByteSource } from '@antin/formats/bytes/source';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { TAG } from '@antin/formats/der/tags';
import { context, sequence, tlv } from '@antin/formats/der/writer';
import { withXml } from '@antin/formats/xml/document';
import type { XmlTree } from '@antin/formats/xml/document';
import type { XmlElement } from '@antin/formats/xml/element';
import type { SignatureAlgorithm } from '@antin/pki/crypto';
import { rawValue } from '@antin/signature/raw-value';
import { JUDGED_METHODS } from '@antin/signature/xmldsig/algorithms';
import { DS } from '@antin/signature/xmldsig/names';
import { readReference, writeReferenceOctets } from '@antin/signature/xmldsig/reference';
import { readXmlSignature, signedInfoOctets } from '@antin/signature/xmldsig/signature';
import type { TestPki } from '../pki/types.ts';

export interface FillInOptions {
  readonly pki: TestPki;
  readonly by: string;
  readonly algorithm?: SignatureAlgorithm;
  readonly files?: (uri: string) => ByteSource | undefined;
}

/**
 * Signs an XML document whose ds:Signature is written by hand, as an attacker or another producer would: empty DigestValue
 * elements and the last empty SignatureValue are filled in, manifests first. `{cert}`, `{certDigest}` and `{issuerSerial}` stand
 * for those of the signer.
 */
export function fillIn(template: string, { pki, by, algorithm, files = () => undefined }: FillInOptions): string {
  const { certificate, algorithm: usual, signNow } = pki.entity(by);
  const issuerSerial = sequence(sequence(context(4, certificate.issuer.raw)), tlv(TAG.INTEGER, certificate.serialNumber));
  let text = template
    .replaceAll('{cert}', toBase64(certificate.raw))
    .replaceAll('{certDigest}', createHash('sha256').update(certificate.raw).digest('base64'))
    .replaceAll('{issuerSerial}', toBase64(issuerSerial));
  for (const place of ['Manifest', 'SignedInfo']) {
    for (let left = true; left;) {
      left = withXml(text, (tree) => {
        const empty = tree.elements.find(
          (one) => one.is(DS, 'DigestValue') && one.text === '' && one.parent?.parent?.is(DS, place) === true,
        );
        if (empty === undefined) return false;
        const reference = readReference(empty.parent as XmlElement, JUDGED_METHODS);
        const running = nodeCrypto.digest(reference.digest ?? 'SHA-256');
        try {
          writeReferenceOctets(tree, signatureOver(empty), reference, files, (piece) => running.update(piece));
        } catch {
          // What our own reader refuses gets some digest; the judge never comes to it.
        }
        text = written(tree, empty, toBase64(running.finish()));
        return true;
      });
    }
  }
  return withXml(text, (tree) => {
    const value = tree.elements.filter((one) => one.is(DS, 'SignatureValue') && one.text === '').at(-1) as XmlElement;
    const signature = readXmlSignature(tree, value.parent as XmlElement, JUDGED_METHODS);
    const used = algorithm ?? usual;
    const made = signNow(signedInfoOctets(signature), used);
    return written(tree, value, toBase64(rawValue(made, used, certificate.spki)));
  });
}

function signatureOver(element: XmlElement): XmlElement {
  let at: XmlElement | undefined = element;
  while (at !== undefined && !at.is(DS, 'Signature')) at = at.parent;
  return at as XmlElement;
}

function written(tree: XmlTree, element: XmlElement, value: string): string {
  const name = element.name;
  const tag = element.writtenTag.replace(/\s*\/?>$/, '');
  return `${tree.text.slice(0, element.start)}${tag}>${value}</${name}>${tree.text.slice(element.end)}`;
}
