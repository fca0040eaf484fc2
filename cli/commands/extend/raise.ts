import { nodeDeflate, nodeInflate } from '@antin/adapters/inflate/node';
import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import { joinedSource } from '@antin/formats/bytes/joined-source';
import type { ByteSource } from '@antin/formats/bytes/source';
import { memorySource } from '@antin/formats/bytes/source';
import type { PdfDecryption } from '@antin/formats/pdf/encryption';
import { openAsic } from '@antin/signature/asic/container';
import { extendAsic } from '@antin/signature/asic/extend';
import { extendAsicCades } from '@antin/signature/asic/extend-cades';
import { extendCades } from '@antin/signature/cades/extend';
import { SignatureFault } from '@antin/signature/fault';
import { extendJades } from '@antin/signature/jades/extend';
import type { ExtendOptions } from '@antin/signature/making/extend-options';
import { extendOoxml } from '@antin/signature/ooxml/extend';
import { openOoxml } from '@antin/signature/ooxml/package';
import { extendPades } from '@antin/signature/pades/extend';
import { extendXades } from '@antin/signature/xades/extend';
import { contentsOf, derOf } from '../sign/contents.ts';
import { byReference } from './named-files.ts';

export interface RaiseOptions extends ExtendOptions {
  /** The data of a detached signature, by name. */
  readonly detached: readonly { readonly name: string; readonly source: ByteSource }[];
  /** For a PDF that is encrypted. */
  readonly decryption?: PdfDecryption | undefined;
  /** Full names of the signature fields of a PDF to raise; all when absent. */
  readonly fields?: readonly string[];
}

/**
 * Raises all signatures of a file of any format to a level.
 *
 * @returns the whole file, content read in place
 * @throws {SignatureFault} `extend.unsupported-file`, and what the format's own room throws
 */
export async function raise(source: ByteSource, options: RaiseOptions): Promise<ByteSource> {
  const { detached, fields, decryption, ...common } = options;
  const contents = contentsOf(source);
  if (detached.length > 0 && !['cms', 'xml', 'jws'].includes(contents)) {
    throw new SignatureFault('extend.not-detached', 'a file of this kind carries its data itself: leave --detached out');
  }
  const content = byReference(detached);
  const whole = () => source.read(0, source.size);
  switch (contents) {
    case 'pdf': {
      const more = { inflate: nodeInflate, deflate: nodeDeflate, decryption, ...(fields === undefined ? {} : { fields }) };
      return joinedSource([source, memorySource(await extendPades(source, { ...common, ...more }))]);
    }
    case 'cms': {
      const [data] = detached;
      return extendCades(derOf(source), { ...common, ...(data === undefined ? {} : { content: data.source }) });
    }
    case 'xml':
      return memorySource(await extendXades(whole(), { ...common, detached: content }));
    case 'jws': {
      const payload = detached.length === 1 ? detached[0]?.source : undefined;
      const left = payload === undefined ? {} : { payload: payload.read(0, payload.size) };
      return memorySource(await extendJades(whole(), { ...common, content: { file: content, ...left } }));
    }
    case 'ASiC-E':
    case 'ASiC-S': {
      const container = openAsic(source, { inflateRaw: nodeInflateRaw });
      if (container.cades.length === 0) return extendAsic(container, common);
      return extendAsicCades(container, { ...common, inflateRaw: nodeInflateRaw });
    }
    case 'ooxml': {
      if (options.level !== 'B-T') {
        throw new SignatureFault('ooxml.level', 'Office reads no more than a time-stamp (XAdES-T): --level B-T');
      }
      return extendOoxml(openOoxml(source, { inflateRaw: nodeInflateRaw }), common);
    }
    default:
      throw new SignatureFault('extend.unsupported-file', 'the file is of no format with signatures that can be raised');
  }
}
