import { SMALL_DER_BUDGET, decodeDer } from '@antin/formats/der/reader';
import type { DerNode } from '@antin/formats/der/reader';
import { readOid } from '@antin/formats/der/values';
import { OID } from '../oids.ts';

/** What differs from one certificate of a template to the next: where its start, content and end are noted, in threes. */
export const PLACE = {
  tbs: 0,
  serialNumber: 3,
  validity: 6,
  subject: 9,
  spki: 12,
  subjectPublicKey: 15,
  signature: 18,
  [OID.subjectKeyIdentifier]: 21,
  [OID.subjectAltName]: 24,
} as const;
export const PLACES = 27;
type PlaceName = keyof typeof PLACE;

/** Extensions that say something of the holder: what they say are holes. */
export const HOLE_EXTENSIONS = [OID.subjectKeyIdentifier, OID.subjectAltName] as const;
const isHole = (oid: string): oid is (typeof HOLE_EXTENSIONS)[number] => (HOLE_EXTENSIONS as readonly string[]).includes(oid);

const FIXED = 0;
const OPEN = 1;
const HOLE = 2;
const CLOSE = 3;

/** One step along a certificate: octets that must be these, a value that is opened, one that may hold anything, an end. */
interface Step {
  readonly kind: typeof FIXED | typeof OPEN | typeof HOLE | typeof CLOSE;
  readonly tag: number;
  readonly bytes: Uint8Array;
  /** One of `PLACE`; -1 = not noted. */
  readonly place: number;
}

/** A certificate with holes: everything outside them is octets. */
export type Shape = readonly Step[];

/** Longer ones are read whole: a hole of a hundred thousand values must meet the budget of the whole certificate. */
const MOST_OCTETS = 16_384;
const NOTHING = new Uint8Array(0);

/**
 * The shape of a certificate that could be read without complaint; undefined for one that is not of the usual form (version
 * 3, no unique identifiers, no extension twice).
 */
export function shapeOf(der: Uint8Array): Shape | undefined {
  const root = decodeDer(der, SMALL_DER_BUDGET);
  const [tbs, algorithm, signature] = root.children() as [DerNode, DerNode, DerNode];
  const [version, serial, inner, issuer, validity, subject, spki, list, ...more] = tbs.children();
  if (version?.tag !== 0xa0 || list?.tag !== 0xa3 || more.length > 0) return undefined;
  const [keyAlgorithm, key] = (spki as DerNode).children() as [DerNode, DerNode];

  const steps: Step[] = [];
  const fixed = (...nodes: readonly (DerNode | undefined)[]) => {
    for (const node of nodes) steps.push({ kind: FIXED, tag: 0, bytes: (node as DerNode).raw.slice(), place: -1 });
  };
  const hole = (node: DerNode | undefined, name: PlaceName | undefined) =>
    void steps.push({
      ...{ kind: HOLE, tag: (node as DerNode).tag, bytes: NOTHING },
      place: name === undefined ? -1 : PLACE[name],
    });
  const within = (node: DerNode | undefined, inside: () => void, name?: PlaceName) => {
    steps.push({ kind: OPEN, tag: (node as DerNode).tag, bytes: NOTHING, place: name === undefined ? -1 : PLACE[name] });
    inside();
    steps.push({ kind: CLOSE, tag: 0, bytes: NOTHING, place: -1 });
  };

  const seen = new Set<string>();
  const insideKey = () => {
    fixed(keyAlgorithm);
    hole(key, 'subjectPublicKey');
  };
  // Names are holes each, under their tags: how many there are and of which kinds is of the template.
  const insideNames = (octets: DerNode, oid: PlaceName) => {
    const names = decodeDer(octets.content, SMALL_DER_BUDGET);
    within(octets, () => within(names, () => names.children().forEach((name) => hole(name, undefined))), oid);
  };
  const insideList = () => {
    for (const item of list.inner().children()) {
      const parts = item.children();
      const oid = readOid(parts[0] as DerNode);
      seen.add(seen.has(oid) ? 'twice' : oid);
      if (!isHole(oid)) fixed(item);
      else {
        within(item, () => {
          fixed(...parts.slice(0, -1));
          const last = parts[parts.length - 1] as DerNode;
          if (oid === OID.subjectAltName) insideNames(last, oid);
          else hole(last, oid);
        });
      }
    }
  };
  const insideTbs = () => {
    fixed(version);
    hole(serial, 'serialNumber');
    fixed(inner, issuer);
    hole(validity, 'validity');
    hole(subject, 'subject');
    within(spki, insideKey, 'spki');
    within(list, () => within(list.inner(), insideList));
  };
  within(root, () => {
    within(tbs, insideTbs, 'tbs');
    fixed(algorithm);
    hole(signature, 'signature');
  });
  return seen.has('twice') ? undefined : merged(steps);
}

/** Neighbouring fixed values are one comparison. */
function merged(steps: readonly Step[]): Shape {
  const out: Step[] = [];
  for (const step of steps) {
    const last = out[out.length - 1];
    if (step.kind !== FIXED || last?.kind !== FIXED) {
      out.push(step);
      continue;
    }
    const bytes = new Uint8Array(last.bytes.length + step.bytes.length);
    bytes.set(last.bytes);
    bytes.set(step.bytes, last.bytes.length);
    out[out.length - 1] = { ...last, bytes };
  }
  return out;
}

/** Ends of the values that are open; a certificate of a shape opens no more than these. */
const ends = new Int32Array(8);

/**
 * Whether a certificate is of this shape: octet for octet the same outside the holes, and every length DER. Notes where the
 * holes are. False says nothing about the certificate but that it must be read whole.
 *
 * @param places `PLACES` numbers
 */
export function fits(shape: Shape, der: Uint8Array, places: Int32Array): boolean {
  if (der.length > MOST_OCTETS) return false;
  let at = 0;
  let depth = 0;
  let limit = der.length;
  ends[0] = limit;
  for (const { kind, tag, bytes, place } of shape) {
    if (kind === FIXED) {
      const { length } = bytes;
      if (at + length > limit) return false;
      for (let i = 0; i < length; i++) if (der[at + i] !== bytes[i]) return false;
      at += length;
    } else if (kind === CLOSE) {
      if (at !== limit) return false;
      limit = ends[--depth] as number;
    } else {
      if (at + 2 > limit || der[at] !== tag) return false;
      let length = der[at + 1] as number;
      let content = at + 2;
      if (length >= 0x80) {
        if (length > 0x82 || content + length - 0x80 > limit) return false;
        const two = length === 0x82;
        length = two ? (der[content] as number) * 256 + (der[content + 1] as number) : (der[content] as number);
        if (length < (two ? 0x100 : 0x80)) return false;
        content += two ? 2 : 1;
      }
      const end = content + length;
      if (end > limit) return false;
      if (place >= 0) {
        places[place] = at;
        places[place + 1] = content;
        places[place + 2] = end;
      }
      if (kind === HOLE) at = end;
      else {
        at = content;
        limit = ends[++depth] = end;
      }
    }
  }
  return at === der.length;
}
