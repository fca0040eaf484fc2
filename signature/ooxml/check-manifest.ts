import { equalBytes } from '@antin/formats/bytes/bytes';
import { readInPieces } from '@antin/formats/bytes/source';
import { FormatFault } from '@antin/formats/fault';
import { canonicalize, isCanonicalForm } from '@antin/formats/xml/canonicalize';
import type { CanonicalForm } from '@antin/formats/xml/canonicalize';
import { withXml } from '@antin/formats/xml/document';
import type { XmlElement } from '@antin/formats/xml/element';
import type { CryptoDoor, DigestAlgorithm } from '@antin/pki/crypto';
import { SignatureFault } from '../fault.ts';
import type { Reference } from '../xmldsig/reference.ts';
import { NAMESPACE, RELATIONSHIP_TRANSFORM } from './names.ts';
import type { OoxmlPackage, OoxmlPart, RelationshipsPart } from './package.ts';
import { partKey, readReferenceUri, sourceOfRelationships } from './part-name.ts';
import type { Relationship, RelationshipFilter } from './relationships.ts';
import { selects, transformedRelationships } from './relationships.ts';

/** What became of one ds:Reference of a manifest. */
export interface ManifestFinding {
  readonly uri: string;
  readonly status: 'intact' | 'changed' | 'not-found' | 'unsupported' | 'refused';
  /** Why, when there is more to say than the status. */
  readonly code?:
    'ooxml.content-type-differs' | 'ooxml.reference' | 'ooxml.transform' | 'ooxml.relationship-missing' | (string & {});
  /** The part that is covered, whatever became of it. */
  readonly part?: OoxmlPart;
  /** The relationships that are covered. */
  readonly relationships?: readonly Relationship[];
}

/** Whether a part or its relationships are what was signed (ECMA-376 Part 2 §13.2.4). A value, whatever the manifest says. */
export function checkManifestReference(file: OoxmlPackage, reference: Reference, door: CryptoDoor): ManifestFinding {
  const uri = reference.uri ?? '';
  const named = readReferenceUri(uri);
  // M6.9: only parts of this package; M6.10: each with its content type.
  if (named === undefined) return { uri, status: 'refused', code: 'ooxml.reference' };
  const found = partOf(file, named.part);
  if (found === undefined) return { uri, status: 'not-found' };
  // M6.11: the same bytes under another type are another document.
  if (found.contentType !== named.contentType) return { uri, status: 'changed', code: 'ooxml.content-type-differs', part: found };
  const all = 'relationships' in found ? found.relationships : undefined;
  try {
    const chain = readChain(reference.transforms);
    const relationships =
      chain.filter === undefined ? all : all?.filter((one) => selects(chain.filter as RelationshipFilter, one));
    const finding = { uri, part: found, ...(relationships === undefined ? {} : { relationships }) };
    if (reference.digest === undefined) return { ...finding, status: 'unsupported' };
    if (equalBytes(digestFor(file, found, chain, { door, digest: reference.digest }), reference.digestValue))
      return { ...finding, status: 'intact' };
    const gone = [...(chain.filter?.ids ?? [])].some((id) => all?.some((one) => one.id === id) !== true);
    return { ...finding, status: 'changed', ...(gone ? { code: 'ooxml.relationship-missing' } : {}) };
  } catch (fault) {
    if (!(fault instanceof SignatureFault) && !(fault instanceof FormatFault)) throw fault;
    return { uri, status: 'refused', code: fault.code, part: found };
  }
}

function partOf(file: OoxmlPackage, name: string): OoxmlPart | RelationshipsPart | undefined {
  const find = (one: string) => {
    const source = sourceOfRelationships(one);
    return source === undefined ? file.part(one) : file.relationshipsOf(source);
  };
  let plain = name;
  try {
    plain = decodeURI(name);
  } catch {
    // Written with a percent sign that escapes nothing: the name is what it is.
  }
  const found = find(name) ?? find(plain);
  return found !== undefined && [partKey(name), partKey(plain)].includes(partKey(found.name)) ? found : undefined;
}

interface Chain {
  readonly filter: RelationshipFilter | undefined;
  readonly form: CanonicalForm | undefined;
}

/** M6.12 and 13: the relationships transform stands first and is followed by a canonical form; a part has only the latter. */
function readChain(transforms: readonly XmlElement[]): Chain {
  const rest = [...transforms];
  const algorithmOf = (one: XmlElement | undefined) => one?.attribute('Algorithm') ?? '';
  const filter = algorithmOf(rest[0]) === RELATIONSHIP_TRANSFORM ? readFilter(rest.shift() as XmlElement) : undefined;
  const form = algorithmOf(rest[0]);
  if (rest.length > 1 || (rest.length === 1 && !isCanonicalForm(form))) {
    throw new SignatureFault('ooxml.transform', 'a transform that package signatures do not have');
  }
  return { filter, form: isCanonicalForm(form) ? form : undefined };
}

function readFilter(transform: XmlElement): RelationshipFilter {
  const values = (name: string, attribute: string) =>
    transform.childrenNamed(NAMESPACE.packageSignature, name).map((one) => one.attribute(attribute) ?? '');
  const ids = values('RelationshipReference', 'SourceId');
  const types = values('RelationshipsGroupReference', 'SourceType');
  if (ids.length + types.length === 0 || ids.length + types.length !== transform.children.length) {
    throw new SignatureFault('ooxml.transform', 'a relationships transform that names nothing, or something unknown');
  }
  return { ids: new Set(ids), types: new Set(types) };
}

/** A part is digested once for each way, however often manifests name it: references are cheap to write. */
const known = new WeakMap<OoxmlPackage, Map<string, Uint8Array>>();

function digestFor(
  file: OoxmlPackage,
  part: OoxmlPart | RelationshipsPart,
  chain: Chain,
  { door, digest }: { readonly door: CryptoDoor; readonly digest: DigestAlgorithm },
): Uint8Array {
  const made = (): Uint8Array => {
    const running = door.digest(digest);
    write(file, part, chain, (piece) => running.update(piece));
    return running.finish();
  };
  if (chain.filter !== undefined) return made();
  let ofFile = known.get(file);
  if (ofFile === undefined) known.set(file, (ofFile = new Map()));
  const key = [part.name, digest, chain.form ?? ''].join('\n');
  const value = ofFile.get(key) ?? made();
  ofFile.set(key, value);
  return value;
}

function write(
  file: OoxmlPackage,
  part: OoxmlPart | RelationshipsPart,
  { filter, form }: Chain,
  update: (piece: Uint8Array) => void,
): void {
  if (filter !== undefined) {
    if (!('relationships' in part)) throw new SignatureFault('ooxml.transform', 'a relationships transform of another part');
    // Canonical already: what form follows makes no difference.
    update(transformedRelationships(part.relationships, filter));
    return;
  }
  const content = file.content(part);
  if (form === undefined) readInPieces(content, 0, content.size, update);
  else update(withXml(content.read(0, content.size), (tree) => canonicalize(tree, form)));
}
