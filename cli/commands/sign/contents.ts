import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import { fromLatin1, indexOfBytes, latin1 } from '@antin/formats/bytes/bytes';
import type { ByteSource } from '@antin/formats/bytes/source';
import { memorySource } from '@antin/formats/bytes/source';
import { FormatFault } from '@antin/formats/fault';
import { JSON_BUDGET, parseJson } from '@antin/formats/json/scan';
import { withXml } from '@antin/formats/xml/document';
import { XML_BUDGET } from '@antin/formats/xml/scan';
import { openZip } from '@antin/formats/zip/reader';
import { decodePem } from '@antin/pki/pem';
import { openAsic } from '@antin/signature/asic/container';
import { readFrame } from '@antin/signature/cades/frame';
import { SignatureFault } from '@antin/signature/fault';
import { isJws } from '@antin/signature/jades/jws';

/** What a file is, for whoever signs or raises it. */
export type Contents = 'pdf' | 'cms' | 'ASiC-E' | 'ASiC-S' | 'ooxml' | 'xml' | 'jws' | 'json' | 'other';

/** From its bytes, never from its name. What is damaged keeps its kind, so that it is refused and not signed as something else. */
export function contentsOf(source: ByteSource): Contents {
  const head = source.read(0, Math.min(source.size, 2048));
  const text = fromLatin1(head);
  // Containers first: what they carry may well begin with the header of a PDF.
  if (text.startsWith('PK\u0003\u0004')) return archiveKind(source);
  if (isCms(source, text)) return 'cms';
  if (indexOfBytes(head.subarray(0, 1024 + 5), latin1('%PDF-')) !== -1) return 'pdf';
  if (/^(\u00ef\u00bb\u00bf)?\s*<\?xml\s/.test(text)) return 'xml';
  if (/^(\u00ef\u00bb\u00bf)?\s*</.test(text)) return isXml(source) ? 'xml' : 'other';
  if (/^\s*[[{]/.test(text) && source.size <= JSON_BUDGET.bytes) return jsonKind(source);
  return text.startsWith('eyJ') && source.size <= JSON_BUDGET.bytes && isJws(whole(source)) ? 'jws' : 'other';
}

/** A CMS file as DER; PEM is only a wrapping. */
export function derOf(source: ByteSource): ByteSource {
  if (fromLatin1(source.read(0, Math.min(11, source.size))) !== '-----BEGIN ') return source;
  const [block] = decodePem(fromLatin1(whole(source)));
  return block === undefined ? source : memorySource(block.bytes);
}

function isCms(source: ByteSource, head: string): boolean {
  if (/^-----BEGIN (CMS|PKCS7|PKCS #7 SIGNED DATA)-----/.test(head)) return true;
  return head.startsWith('0') && reads(() => readFrame(source));
}

/** Without declaration: web pages begin alike. */
function isXml(source: ByteSource): boolean {
  return source.size <= XML_BUDGET.bytes && reads(() => withXml(whole(source), () => true));
}

function archiveKind(source: ByteSource): Contents {
  const inflateRaw = nodeInflateRaw;
  try {
    if (openZip(source, { inflateRaw }).entry('[Content_Types].xml') !== undefined) return 'ooxml';
    const container = openAsic(source, { inflateRaw });
    // OpenDocument has signatures of its own in META-INF.
    return container.mimetype.includes('unknown') ? 'other' : container.kind;
  } catch (fault) {
    if (fault instanceof FormatFault || fault instanceof SignatureFault) return 'other';
    throw fault;
  }
}

function jsonKind(source: ByteSource): Contents {
  try {
    const value = parseJson(whole(source));
    if (value.kind !== 'object') return 'json';
    const has = (name: string) => value.members.has(name);
    return has('signatures') || (has('protected') && has('signature')) ? 'jws' : 'json';
  } catch (fault) {
    if (fault instanceof FormatFault) return 'other';
    throw fault;
  }
}

function reads(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (fault) {
    if (fault instanceof FormatFault) return false;
    throw fault;
  }
}

function whole(source: ByteSource): Uint8Array {
  return source.read(0, source.size);
}
