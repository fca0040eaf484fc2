import { fromLatin1 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import type { ByteSource } from '@antin/formats/bytes/source';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import { FormatFault } from '@antin/formats/fault';
import { canonicalLines, contentType, fieldOf, partsOf, readEntity } from '@antin/formats/mime/entity';
import type { MimeEntity } from '@antin/formats/mime/entity';
import { openCms } from '../cms-container.ts';
import type { SignatureFacts } from '../facts.ts';
import { judgeCmsFile } from '../judge-file-cms.ts';
import { LimitReached } from '../limits.ts';
import type { Sources } from '../sources.ts';
import type { Finding, SignatureReport } from '../types.ts';
import { remoteContent } from './remote.ts';
import { senderFindings } from './sender.ts';

export interface JudgedMail {
  readonly format: 'S/MIME';
  readonly signatures: readonly SignatureReport[];
  readonly errors: readonly Finding[];
  readonly doubts: readonly Finding[];
  readonly warnings: readonly Finding[];
}

/** Mails are held whole: their parts lie in each other. */
const MAX_MAIL = 96 * 1024 * 1024;
const SIGNATURE_TYPES: ReadonlySet<string> = new Set(['application/pkcs7-signature', 'application/x-pkcs7-signature']);
const MIME_TYPES: ReadonlySet<string> = new Set(['application/pkcs7-mime', 'application/x-pkcs7-mime']);
const CLAUSE = 'RFC 8551 3.5';

/**
 * Judges a mail (S/MIME, RFC 8551): clear-signed as multipart/signed, or opaque as application/pkcs7-mime. Only the outermost entity
 * counts: a signed part beside unsigned ones says nothing about what stands around it.
 *
 * Header fields outside the signed part are nobody's word: what they show is a warning, and a sender who is not in the certificate
 * a doubt.
 */
export function judgeMail(source: ByteSource, sources: Sources): JudgedMail {
  if (source.size > MAX_MAIL) throw new LimitReached('mail-bytes', MAX_MAIL);
  const bytes = source.read(0, source.size);
  const nothing = { format: 'S/MIME', signatures: [], errors: [], doubts: [], warnings: [] } as const;
  const broken = (code: string, message: string): JudgedMail => ({ ...nothing, errors: [{ code, clause: CLAUSE, message }] });
  try {
    const mail = readEntity(bytes);
    const { type, parameters } = contentType(mail);
    if (type === 'multipart/signed' && isSmime(parameters.get('protocol'))) return clearSigned(bytes, mail, sources, broken);
    if (MIME_TYPES.has(type)) return opaque(bytes, mail, parameters.get('smime-type'), sources, broken);
    const inside = type.startsWith('multipart/') ? signedInside(bytes, mail) : undefined;
    return inside === undefined ? nothing : { ...nothing, doubts: [inside] };
  } catch (error) {
    if (!(error instanceof FormatFault)) throw error;
    return broken(error.code, error.message);
  }
}

type Broken = (code: string, message: string) => JudgedMail;

function isSmime(protocol: string | undefined): boolean {
  return protocol === undefined || SIGNATURE_TYPES.has(protocol.toLowerCase());
}

function clearSigned(bytes: Uint8Array, mail: MimeEntity, sources: Sources, broken: Broken): JudgedMail {
  const encoding = (fieldOf(mail, 'content-transfer-encoding') ?? '7bit').toLowerCase();
  if (!/^(7bit|8bit|binary)$/.test(encoding)) {
    // RFC 2045 §6.4 forbids it: who decodes all the same sees other parts.
    return broken('mime.transfer-encoding', `a mail of several parts is not encoded as ${encoding}`);
  }
  const { parts, around } = partsOf(bytes, mail);
  const [content, signature] = parts;
  if (content === undefined || signature === undefined || parts.length !== 2) {
    return broken('smime.parts', `a signed mail has two parts, content and signature; this has ${parts.length}`);
  }
  const holder = readEntity(bytes, signature.start, signature.end);
  if (!SIGNATURE_TYPES.has(contentType(holder).type)) return broken('smime.signature-type', 'the second part is no signature');
  const cms = decoded(bytes, holder);
  const signed = canonicalLines(bytes.subarray(content.start, content.end));
  const message = 'text stands before or behind the parts of the mail; no signature covers it';
  const warnings: Finding[] = around ? [{ code: 'smime.text-around', clause: 'RFC 2046 5.1.1', message }] : [];
  return concluded(mail, cms, memorySource(signed), warnings, sources);
}

function opaque(bytes: Uint8Array, mail: MimeEntity, kind: string | undefined, sources: Sources, broken: Broken): JudgedMail {
  if (kind !== undefined && kind.toLowerCase() !== 'signed-data') {
    const message = `the mail is of kind "${kind}": what is signed, if anything, lies inside`;
    return {
      format: 'S/MIME',
      signatures: [],
      errors: [],
      doubts: [{ code: 'smime.encrypted', clause: 'RFC 8551 3.2.2', message }],
      warnings: [],
    };
  }
  const cms = decoded(bytes, mail);
  return cms.length === 0 ? broken('smime.empty', 'the mail carries no CMS') : concluded(mail, cms, undefined, [], sources);
}

function concluded(
  mail: MimeEntity,
  cms: Uint8Array,
  detached: ByteSource | undefined,
  warnings: readonly Finding[],
  sources: Sources,
): JudgedMail {
  const intact = (facts: SignatureFacts): boolean | null => facts.cms?.digestMatches ?? null;
  const { signatures } = judgeCmsFile(cms, sources, undefined, {
    detached,
    more: (facts) => ({ ...facts, covers: [{ kind: 'payload', name: 'body', intact: intact(facts) }] }),
  });
  const message = 'sender, recipients, subject and date of the mail stand outside of what is signed';
  const headers: Finding = { code: 'smime.headers-unsigned', clause: 'RFC 8551 3.1', message };
  const from = fieldOf(mail, 'from');
  const { doubts, told } = senderFindings(from, signatures, sources);
  const body = detached?.read(0, detached.size) ?? openCms(cms, false).data?.eContent;
  const remote = body === undefined ? [] : remoteContent(body);
  return { format: 'S/MIME', signatures, errors: [], doubts, warnings: [...warnings, headers, ...told, ...remote] };
}

/** The octets behind a transfer encoding (RFC 2045 §6). @throws {FormatFault} `mime.transfer-encoding`, `base64.damaged` */
function decoded(bytes: Uint8Array, entity: MimeEntity): Uint8Array {
  const encoding = (fieldOf(entity, 'content-transfer-encoding') ?? '7bit').toLowerCase();
  const body = bytes.subarray(entity.body, entity.end);
  if (encoding === 'binary' || encoding === '8bit') return body;
  if (encoding !== 'base64') throw new FormatFault('mime.transfer-encoding', `a CMS travels as base64, not as ${encoding}`);
  return fromBase64(fromLatin1(body).replace(/\s+/g, ''));
}

/** A signed part among others: read by some programs as if the whole mail were signed. */
function signedInside(bytes: Uint8Array, mail: MimeEntity): Finding | undefined {
  const signed = partsOf(bytes, mail).parts.some(({ start, end }) => {
    const { type, parameters } = contentType(readEntity(bytes, start, end));
    return (type === 'multipart/signed' && isSmime(parameters.get('protocol'))) || MIME_TYPES.has(type);
  });
  if (!signed) return undefined;
  const message = 'a part of the mail is signed, but it stands beside parts that nobody signed';
  return { code: 'smime.partly-signed', clause: CLAUSE, message };
}
