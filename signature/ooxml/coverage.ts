import type { ManifestFinding } from './check-manifest.ts';
import type { Exemption } from './exempt.ts';
import { exemptPart, exemptRelationship, isContent } from './exempt.ts';
import type { OoxmlPackage, OoxmlPart } from './package.ts';
import type { Relationship } from './relationships.ts';

/** What a signature leaves out. What is listed under `missing` may have been put in afterwards, and shows. */
export interface Coverage {
  /** Not covered, and it need not be: with the reason. */
  readonly exempt: readonly { readonly what: string; readonly why: Exemption }[];
  /** Not covered: parts by name, relationships as `source#id`. */
  readonly missing: readonly string[];
}

/**
 * Holds the whole package against a manifest. Every part and every relationship is covered, or known not to show; a manifest says
 * only what it covers, so that whatever is added afterwards breaks no digest.
 */
export function coverageOf(file: OoxmlPackage, manifest: readonly ManifestFinding[]): Coverage {
  const parts = new Set<OoxmlPart>();
  const relationships = new Set<Relationship>();
  for (const finding of manifest) {
    if (finding.relationships !== undefined) for (const one of finding.relationships) relationships.add(one);
    else if (finding.part !== undefined) parts.add(finding.part);
  }
  const exempt: { what: string; why: Exemption }[] = [];
  const missing: string[] = [];
  const leave = (what: string, why: Exemption | undefined): void => {
    if (why === undefined || isContent(file, why)) missing.push(what);
    else exempt.push({ what, why });
  };
  for (const part of file.parts) if (!parts.has(part)) leave(part.name, exemptPart(file, part));
  for (const one of file.relationships) {
    if (!relationships.has(one)) leave(`${one.source}#${one.id}`, exemptRelationship(file, one));
  }
  return { exempt, missing };
}
