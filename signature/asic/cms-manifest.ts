import { equalBytes, utf8 } from '@antin/formats/bytes/bytes';
import type { ByteSource } from '@antin/formats/bytes/source';
import { readInPieces } from '@antin/formats/bytes/source';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { base64Binary } from '@antin/formats/xml/base64';
import { withXml } from '@antin/formats/xml/document';
import { element } from '@antin/formats/xml/write';
import type { CryptoDoor, DigestAlgorithm } from '@antin/pki/crypto';
import { SignatureFault } from '../fault.ts';
import { digestMethodUri, MADE_METHODS } from '../xmldsig/algorithms.ts';
import type { Methods } from '../xmldsig/algorithms.ts';
import { DS } from '../xmldsig/names.ts';
import { fileUri } from '../xades/content.ts';
import { ASIC_NAMESPACE } from './names.ts';

/** A part of the container that a manifest binds by its digest. */
export interface ManifestPart {
  readonly name: string;
  readonly mimeType: string;
  readonly content: ByteSource;
  /** The archive manifest before this one (clause A.7). */
  readonly rootfile?: boolean;
}

/**
 * `asic:ASiCManifest` (EN 319 162-1 clause A.4): which file signs or stamps these bytes, and digests of what they speak for.
 *
 * @param covers the CMS signature or time-stamp token over this manifest
 */
export function cmsManifest(
  covers: { readonly name: string; readonly mimeType: string },
  parts: readonly ManifestPart[],
  digest: DigestAlgorithm,
  door: CryptoDoor,
): Uint8Array {
  const root = element(
    'asic:ASiCManifest',
    { 'xmlns:asic': ASIC_NAMESPACE, 'xmlns:ds': DS },
    element('asic:SigReference', { MimeType: covers.mimeType, URI: fileUri(covers.name) }),
    ...parts.map(({ name, mimeType, content, rootfile }) =>
      element(
        'asic:DataObjectReference',
        { MimeType: mimeType, Rootfile: rootfile === true ? 'true' : undefined, URI: fileUri(name) },
        element('ds:DigestMethod', { Algorithm: digestMethodUri(digest) }),
        element('ds:DigestValue', {}, toBase64(contentDigest(content, digest, door))),
      ),
    ),
  );
  return utf8(`<?xml version="1.0" encoding="UTF-8"?>\n${root.xml}`);
}

export interface ReadManifest {
  /** Decoded name of what signs or stamps it. */
  readonly covers: string;
  /** Does it carry an extension that must be understood, which none is here? */
  readonly critical: boolean;
  readonly parts: readonly {
    readonly name: string;
    readonly mimeType: string | undefined;
    readonly digest: DigestAlgorithm | undefined;
    readonly value: Uint8Array;
  }[];
}

/**
 * @param methods which digest algorithms are known: those that are made, or those that are judged
 * @throws {SignatureFault} `asic.manifest`
 * @throws {FormatFault} `xml.*`, `base64.damaged`
 */
export function readCmsManifest(bytes: Uint8Array, methods: Pick<Methods, 'digest'> = MADE_METHODS): ReadManifest {
  return withXml(bytes, ({ root, elements }) => {
    const covers = root.child(ASIC_NAMESPACE, 'SigReference')?.attribute('URI');
    if (!root.is(ASIC_NAMESPACE, 'ASiCManifest') || covers === undefined) {
      throw new SignatureFault('asic.manifest', 'not an ASiCManifest with a reference to its signature');
    }
    const parts = root.childrenNamed(ASIC_NAMESPACE, 'DataObjectReference').map((one) => ({
      name: nameOf(one.attribute('URI') ?? ''),
      mimeType: one.attribute('MimeType'),
      digest: methods.digest(one.child(DS, 'DigestMethod')?.attribute('Algorithm') ?? ''),
      value: base64Binary(one.child(DS, 'DigestValue')?.text ?? ''),
    }));
    const critical = elements.some(
      (one) => one.is(ASIC_NAMESPACE, 'Extension') && /^(true|1)$/.test(one.attribute('Critical') ?? ''),
    );
    return { covers: nameOf(covers), critical, parts };
  });
}

function nameOf(uri: string): string {
  try {
    return decodeURIComponent(uri).replace(/^\.?\//, '');
  } catch (cause) {
    throw new SignatureFault('asic.manifest', 'a reference of the manifest is no name', { cause });
  }
}

/** The first part that is not there or not as the manifest says, by name; undefined when all hold. */
export function brokenPart(
  { parts }: Pick<ReadManifest, 'parts'>,
  content: (name: string) => ByteSource | undefined,
  door: CryptoDoor,
): string | undefined {
  return parts.find(({ name, digest, value }) => {
    const source = content(name);
    return source === undefined || digest === undefined || !equalBytes(contentDigest(source, digest, door), value);
  })?.name;
}

export function contentDigest(content: ByteSource, digest: DigestAlgorithm, door: CryptoDoor): Uint8Array {
  const running = door.digest(digest);
  readInPieces(content, 0, content.size, (piece) => running.update(piece));
  return running.finish();
}
