import { concatBytes, equalBytes, fromUtf8, utf8 } from '@antin/formats/bytes/bytes';
import type { ByteSource } from '@antin/formats/bytes/source';
import { readInPieces } from '@antin/formats/bytes/source';
import { fromBase64, toBase64 } from '@antin/formats/bytes/text-encodings';
import { textOf, textsOf } from '@antin/formats/json/value';
import type { CryptoDoor, DigestAlgorithm } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import { SignatureFault } from '../../fault.ts';
import { BytesNotHere, digestsInsteadOf } from '../../known-by-digest.ts';
import { fromBase64Url } from '../../jades/base64url.ts';
import { digestOfContent, OBJECT_ID_BY_URI_HASH, writeOctets } from '../../jades/content.ts';
import type { ProtectedHeader } from '../../jades/header.ts';
import { signedFilesOf } from '../../jades/verify.ts';
import { LimitReached } from '../limits.ts';
import type { Sources } from '../sources.ts';
import type { Covered, CoveredPart, Finding } from '../types.ts';

const HTTP_HEADERS = 'http://uri.etsi.org/19182/HttpHeaders';
const OBJECT_ID_BY_URI = 'http://uri.etsi.org/19182/ObjectIdByURI';
/** The signing input is verified as one piece; larger data is signed by digest (ObjectIdByURIHash). */
const MOST_PAYLOAD = 64 << 20;

/** What one signature is over, found and held against what is signed. */
export interface JwsData {
  /** Behind the dot of the signing input; undefined: something is not at hand. */
  readonly payload: Uint8Array | undefined;
  /** Do the objects that are signed by digest match? Null: one is not at hand. True where there are none. */
  readonly objectsMatch: boolean | null;
  readonly digests: readonly DigestAlgorithm[];
  readonly covers: readonly Covered[];
  /** Feeds the signed data as time-stamps are over it; false when something is missing. */
  readonly write: (update: (piece: Uint8Array) => void) => boolean;
  readonly faults: readonly Finding[];
  readonly notJudged: Finding | null;
}

/**
 * The payload as carried, as brought by the caller, or as `sigD` composes it (TS 119 182-1 clause 5.2.8).
 *
 * @throws {SignatureFault} `jades.malformed`
 * @throws {FormatFault} `base64.damaged`
 * @throws {LimitReached} `jws-payload`
 */
export function jwsDataOf(payloadText: string | undefined, header: ProtectedHeader, sources: Sources): JwsData {
  try {
    return dataOf(payloadText, header, sources);
  } catch (error) {
    // Signed as bytes, and only digests of them were given.
    if (!(error instanceof BytesNotHere)) throw error;
    return { ...NOTHING, objectsMatch: null, covers: [{ ...PAYLOAD, intact: null }] };
  }
}

function dataOf(payloadText: string | undefined, header: ProtectedHeader, sources: Sources): JwsData {
  const sigD = header.members.get('sigD');
  if (sigD === undefined) return payloadText ? attached(payloadText, header, sources) : detached(header, sources);
  if (payloadText) throw new SignatureFault('jades.malformed', 'a payload beside "sigD"');
  const members = sigD.kind === 'object' ? sigD.members : undefined;
  const mechanism = textOf(members?.get('mId'));
  if (mechanism === OBJECT_ID_BY_URI_HASH) return byHash(header, sources);
  const names = textsOf(members?.get('pars'));
  if (names === undefined || names.length === 0) throw new SignatureFault('jades.malformed', '"sigD" names nothing');
  if (mechanism === OBJECT_ID_BY_URI) return byName(names, header, sources);
  if (mechanism === HTTP_HEADERS) return httpHeaders(names, header, sources);
  const message = `"sigD" by "${mechanism ?? ''}" is not known here`;
  return { ...NOTHING, notJudged: { code: 'jws.mechanism', clause: 'TS 119 182-1 5.2.8', message } };
}

const NOTHING: JwsData = {
  payload: undefined,
  objectsMatch: true,
  digests: [],
  covers: [],
  write: () => false,
  faults: [],
  notJudged: null,
};

function attached(payloadText: string, header: ProtectedHeader, { context }: Sources): JwsData {
  const payload = utf8(payloadText);
  const { detached: brought, door } = context;
  const faults: Finding[] = [];
  if (brought !== undefined) {
    const content = header.encodedPayload ? fromBase64Url(payloadText) : payload;
    // Two candidates for "the signed data": the reader must not look at one while the signer signed the other.
    if (!equalBytes(sha256(brought, door), digestOf(door, 'SHA-256', content))) {
      const message = 'the JWS carries its own payload, and it is not the data that was given';
      faults.push({ code: 'jws.two-contents', clause: 'RFC 7515 5.2', message });
    }
  }
  return whole(payload, [PAYLOAD], faults);
}

/** RFC 7515 appendix F. An empty payload is a payload that was left out: nobody signs nothing. */
function detached(header: ProtectedHeader, { context }: Sources): JwsData {
  const brought = context.detached;
  if (brought === undefined) return { ...NOTHING, objectsMatch: null, covers: [{ ...PAYLOAD, intact: null }] };
  return whole(octetsOf([brought], header), [PAYLOAD], []);
}

const PAYLOAD = { kind: 'payload', name: 'payload' } as const;

function whole(payload: Uint8Array, parts: readonly CoveredPart[], faults: readonly Finding[]): JwsData {
  const write = (update: (piece: Uint8Array) => void): boolean => {
    update(payload);
    return true;
  };
  return { ...NOTHING, payload, covers: parts.map((one) => ({ ...one, intact: true })), write, faults };
}

/** Clause 5.2.8.3.3: each object by its digest; every one must be there. */
function byHash(header: ProtectedHeader, sources: Sources): JwsData {
  const signed = signedFilesOf(header);
  if (signed === undefined) return NOTHING;
  const { door } = sources.context;
  const find = finder(signed.files.length, sources);
  const objects = signed.files.map(({ uri, digest }) => {
    const content = find(uri);
    const found = content && digestAtHand(() => digestOfContent(door, signed.digest, content, header.encodedPayload));
    const intact = found && equalBytes(found, digest);
    return { content, covered: { kind: 'file', name: nameOf(uri), intact: intact ?? null } as const };
  });
  const answers = objects.map((one) => one.covered.intact);
  return {
    ...NOTHING,
    payload: new Uint8Array(0),
    objectsMatch: answers.includes(false) ? false : answers.includes(null) ? null : true,
    digests: [signed.digest],
    covers: objects.map((one) => one.covered),
    write: (update) => {
      for (const { content } of objects) {
        if (content === undefined || digestsInsteadOf(content) !== undefined) return false;
        writeOctets(content, header.encodedPayload, update);
      }
      return true;
    },
  };
}

/** Undefined: of this data only other digests were given. */
function digestAtHand(digest: () => Uint8Array): Uint8Array | undefined {
  try {
    return digest();
  } catch (error) {
    if (!(error instanceof BytesNotHere)) throw error;
    return undefined;
  }
}

/** Clause 5.2.8.3.2: the objects one behind the other. */
function byName(names: readonly string[], header: ProtectedHeader, sources: Sources): JwsData {
  const find = finder(names.length, sources);
  const objects = names.map((uri) => ({ name: nameOf(uri), content: find(uri) }));
  const missing = objects.some((one) => one.content === undefined);
  const covers = objects.map(({ name, content }): Covered => ({
    kind: 'file',
    name,
    intact: content === undefined ? null : true,
  }));
  if (missing) return { ...NOTHING, objectsMatch: null, covers };
  const sourcesOf = objects.map((one) => one.content as ByteSource);
  const data = whole(octetsOf(sourcesOf, header), [], []);
  // Nothing signed tells where one object ends: text can wander from one file into the next under the same value.
  const message = 'several objects are signed as one text without borders (ObjectIdByURI); where each ends is not signed';
  const doubt = { code: 'jws.objects-not-separated', clause: 'TS 119 182-1 5.2.8.3.2', message };
  return { ...data, covers, notJudged: objects.length > 1 ? doubt : null };
}

/** Clause 5.2.8.2: lines of an HTTP message, brought by name; its body by the `digest` line (RFC 3230). */
function httpHeaders(names: readonly string[], header: ProtectedHeader, sources: Sources): JwsData {
  const { detachedByName, detached: body, door } = sources.context;
  if (header.encodedPayload)
    throw new SignatureFault('jades.malformed', 'HTTP headers are signed as they are: "b64" must be false');
  const lines = names.map((name) => ({ name: name.toLowerCase(), value: lineOf(detachedByName?.(name)) }));
  const covers = lines.map(({ name, value }): Covered => ({ kind: 'element', name, intact: value === undefined ? null : true }));
  if (lines.some((one) => one.value === undefined)) return { ...NOTHING, objectsMatch: null, covers };
  const payload = utf8(lines.map(({ name, value }) => `${name}: ${value}`).join('\n'));
  const data = { ...whole(payload, [], []), covers };
  const digest = lines.find((one) => one.name === 'digest')?.value;
  if (digest === undefined) return data;
  const intact = body === undefined ? null : fitsHttpDigest(body, digest, door);
  return { ...data, objectsMatch: intact, digests: ['SHA-256'], covers: [...covers, { ...PAYLOAD, intact }] };
}

function lineOf(source: ByteSource | undefined): string | undefined {
  if (source === undefined || source.size > 65_536) return undefined;
  try {
    return fromUtf8(source.read(0, source.size)).trim();
  } catch {
    // No text, no line.
    return undefined;
  }
}

function fitsHttpDigest(body: ByteSource, line: string, door: CryptoDoor): boolean {
  const value = /(?:^|,)\s*SHA-256=([A-Za-z0-9+/]+=*)/i.exec(line)?.[1];
  // Written anew, so that two spellings of one digest do not differ.
  return value !== undefined && toBase64(fromBase64(value)) === toBase64(sha256(body, door));
}

function octetsOf(contents: readonly ByteSource[], header: ProtectedHeader): Uint8Array {
  if (contents.reduce((sum, one) => sum + one.size, 0) > MOST_PAYLOAD) throw new LimitReached('jws-payload', MOST_PAYLOAD);
  const pieces: Uint8Array[] = [];
  for (const one of contents) writeOctets(one, header.encodedPayload, (piece) => pieces.push(piece.slice()));
  return concatBytes(...pieces);
}

/** By name; where the signature names one object and the caller brought one, that is the one: its bytes decide. */
function finder(count: number, { context }: Sources): (uri: string) => ByteSource | undefined {
  const { detachedByName, detached: brought } = context;
  return (uri) => detachedByName?.(nameOf(uri)) ?? (count === 1 ? brought : undefined);
}

/** The name behind a URI reference, as people see it. */
function nameOf(uri: string): string {
  try {
    return decodeURIComponent(uri).replace(/^\.\//, '').normalize('NFC');
  } catch {
    return uri;
  }
}

function sha256(source: ByteSource, door: CryptoDoor): Uint8Array {
  const running = door.digest('SHA-256');
  readInPieces(source, 0, source.size, (piece) => running.update(piece));
  return running.finish();
}
