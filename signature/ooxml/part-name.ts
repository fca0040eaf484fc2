/** Names of parts (ECMA-376 Part 2 §9.1.1): `/word/document.xml`; `/` stands for the package itself. */

/** Equal for names that mean one part: ASCII case does not count (§9.1.1.5). */
export function partKey(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

const RELS = /^(\/(?:.*\/)?)_rels\/([^/]*)\.rels$/i;

/** The part whose relationships these are, or undefined for a part that is no relationships part (§9.3.4). */
export function sourceOfRelationships(name: string): string | undefined {
  const found = RELS.exec(name);
  return found === null ? undefined : `${found[1]}${found[2]}`;
}

export function relationshipsPartOf(source: string): string {
  const slash = source.lastIndexOf('/') + 1;
  return `${source.slice(0, slash)}_rels/${source.slice(slash)}.rels`;
}

/**
 * The part that a target means, seen from its source (RFC 3986 §5.2 with the part name as base); undefined when it means none: a
 * place inside its source, another scheme, or a way out of the package.
 */
export function resolveTarget(source: string, target: string): string | undefined {
  const path = target.replace(/[?#].*$/s, '');
  if (path === '' || path.startsWith('//') || /^[A-Za-z][A-Za-z0-9+.-]*:/.test(path)) return undefined;
  const steps = path.startsWith('/') ? [] : source.split('/').slice(1, -1);
  for (const step of path.replace(/^\//, '').split('/')) {
    if (step === '.' || step === '') continue;
    if (step !== '..') steps.push(step);
    else if (steps.pop() === undefined) return undefined;
  }
  return `/${steps.join('/')}`;
}

/** The relative reference of a part in a manifest (§13.2.4.6). Names are URIs already; what is none is percent-encoded. */
export function referenceUri(part: string, contentType: string): string {
  // oxlint-disable-next-line no-control-regex -- exactly what a URI cannot carry
  const path = part.replace(/[^\u0021-\u007e]+|[#?"<>\\^`{|}]/g, encodeURIComponent);
  return `${path}?ContentType=${contentType}`;
}

/** @returns undefined for a URI that is no reference of that form */
export function readReferenceUri(uri: string): { readonly part: string; readonly contentType: string } | undefined {
  const found = /^(\/[^?#]+)\?ContentType=([^#&]+)$/.exec(uri);
  return found === null ? undefined : { part: found[1] as string, contentType: found[2] as string };
}
