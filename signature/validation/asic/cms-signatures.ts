import type { AsicContainer } from '../../asic/container.ts';
import type { CmsFacts } from '../facts.ts';
import { judgeCmsFile } from '../judge-file-cms.ts';
import { LimitReached } from '../limits.ts';
import type { Sources } from '../sources.ts';
import type { Covering } from '../timed-trust.ts';
import type { Covered, Finding, SignatureReport } from '../types.ts';
import type { JudgedManifest } from './manifests.ts';
import type { AsicParts } from './parts.ts';
import type { ContainerStamp } from './time-stamps.ts';

export interface Surroundings {
  readonly container: AsicContainer;
  readonly parts: AsicParts;
  readonly manifests: readonly JudgedManifest[];
  readonly stamps: readonly ContainerStamp[];
}

/** What a CMS signature file of the container is over. */
interface Over {
  /** Name of the entry whose bytes are signed; undefined: nothing is. */
  readonly name: string | undefined;
  readonly manifest: JudgedManifest | undefined;
  readonly covers: readonly Covered[];
  readonly faults: readonly Finding[];
}

/** A CMS signature file: over the one file (ASiC-S), or over the manifest that names it and all that this names (ASiC-E). */
export function judgeCmsEntry(
  { name, size, first }: { readonly name: string; readonly size: number; readonly first: number },
  around: Surroundings,
  sources: Sources,
): { readonly signatures: SignatureReport[]; readonly doubts: readonly Finding[]; readonly warnings: readonly Finding[] } {
  const { cmsBytes } = sources.policy.limits;
  if (size > cmsBytes) throw new LimitReached('signature-file', cmsBytes);
  const { parts, stamps } = around;
  const bytes = parts.bytes(name);
  if (bytes === undefined) return { signatures: [], doubts: [], warnings: [] };
  const over = whatIsSigned(name, around);
  const { covering, warnings } = coveringOf(name, over, stamps);
  const { signatures, warnings: told } = judgeCmsFile(bytes, sources, undefined, {
    first,
    detached: over.name === undefined ? undefined : parts.content(over.name),
    covering,
    evidence: stamps.filter((one) => covering.some(({ facts }) => facts === one.facts)).map((one) => one.evidence),
    more: (facts) => ({
      ...facts,
      signatureFile: name,
      covers:
        over.manifest === undefined
          ? over.covers.map((one) => ({ ...one, intact: facts.cms?.digestMatches ?? null }))
          : over.covers,
      formatFaults: [...facts.formatFaults, ...over.faults],
      notJudged: facts.notJudged ?? over.manifest?.doubt ?? null,
      cms: facts.cms === null ? null : withFiles(facts.cms, over),
      warnings: [...facts.warnings, ...warnings],
    }),
  });
  return { signatures, doubts: [], warnings: told };
}

function whatIsSigned(name: string, { container, parts, manifests }: Surroundings): Over {
  const fault = (code: string, clause: string, message: string): Over => ({
    name: undefined,
    manifest: undefined,
    covers: [],
    faults: [{ code, clause, message }],
  });
  if (container.kind === 'ASiC-S') {
    const [file, more] = parts.dataFiles;
    if (file === undefined || more !== undefined) {
      return fault('asic.data-objects', 'EN 319 162-1 4.3.3', 'ASiC-S holds exactly one file, or nobody can say which is signed');
    }
    return {
      name: file,
      manifest: undefined,
      covers: [{ kind: 'file', name: file, intact: null, nameSigned: false }],
      faults: [],
    };
  }
  // Of two manifests for one signature, readers would take different ones.
  const [manifest, more] = manifests.filter((one) => one.over === name && !one.archive);
  const clause = 'EN 319 162-1 4.4.4';
  if (manifest === undefined) return fault('asic.manifest-missing', clause, `no manifest belongs to "${name}"`);
  if (more !== undefined) return fault('asic.manifest-ambiguous', clause, `several manifests belong to "${name}"`);
  if (manifest.covers.length === 0) return fault('asic.manifest-empty', clause, `"${manifest.name}" names no file`);
  return { name: manifest.name, manifest, covers: manifest.covers, faults: [] };
}

/** A signature over a manifest is over what this names: one changed file is a changed document. */
function withFiles(cms: CmsFacts, { manifest, covers }: Over): CmsFacts {
  if (manifest === undefined) return cms;
  const answers = covers.map((one) => one.intact);
  const files = answers.includes(false) ? false : answers.includes(null) ? null : true;
  const digestMatches = cms.digestMatches === true ? files : cms.digestMatches;
  return { ...cms, digestMatches, otherDigests: manifest.digests };
}

/**
 * The tokens over this signature file. Each proves that the signature is no younger; what the signature is over is then as old by the
 * signature's own digests, which are held to the policy for that moment. One that leaves the files out does not archive them: new
 * digests of theirs stand nowhere.
 */
function coveringOf(
  name: string,
  over: Over,
  stamps: readonly ContainerStamp[],
): { readonly covering: readonly Covering[]; readonly warnings: readonly Finding[] } {
  const warnings: Finding[] = [];
  const wanted = [over.name ?? '', ...over.covers.map((one) => one.name)];
  const covering = stamps
    .filter((one) => one.covers.has(name))
    .map(({ facts, passed, covers, name: token }): Covering => {
      const left = wanted.find((one) => !covers.has(one));
      if (left === undefined) return { facts, passed };
      if (passed) {
        const message = `"${token}" leaves "${left}" out, which the signature is over: it archives nothing`;
        warnings.push({ code: 'time-stamp.archive-partial', clause: 'EN 319 162-1 A.7', message });
      }
      return { facts, passed, partial: true };
    });
  return { covering, warnings };
}
