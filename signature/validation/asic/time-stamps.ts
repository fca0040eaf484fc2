import type { DigestAlgorithm } from '@antin/pki/crypto';
import { FormatFault } from '@antin/formats/fault';
import { PkiFault } from '@antin/pki/fault';
import { parseTimeStampToken } from '@antin/pki/tsp/token';
import type { AsicContainer } from '../../asic/container.ts';
import { contentDigest } from '../../asic/cms-manifest.ts';
import { evidenceIn } from '../cms-container.ts';
import { LimitReached } from '../limits.ts';
import { concludeTimeStamp } from '../process.ts';
import { addEvidence } from '../sources.ts';
import type { Sources } from '../sources.ts';
import type { Covering } from '../timed-trust.ts';
import { readTimeStamp, withTrust } from '../time-stamps.ts';
import type { ReadTimeStamp } from '../time-stamps.ts';
import type { Evidence, Finding } from '../types.ts';
import type { JudgedManifest } from './manifests.ts';
import type { AsicParts } from './parts.ts';

const CLAUSE = 'EN 319 162-1 A.4';

/** A time-stamp token of the container with what it is over. */
export interface ContainerStamp extends Covering {
  readonly name: string;
  /** Undefined in ASiC-S, where it is over the one file. */
  readonly manifest: JudgedManifest | undefined;
  /** Names of everything it vouches for, as it is now. */
  readonly covers: ReadonlySet<string>;
  /** What it carries itself. */
  readonly evidence: Evidence;
}

/**
 * Every token of the container, newest first: one that is over another one and its manifest sets the moment for which that one
 * must stand (clause A.7).
 */
export function judgeContainerStamps(
  container: AsicContainer,
  manifests: readonly JudgedManifest[],
  parts: AsicParts,
  sources: Sources,
): { readonly stamps: readonly ContainerStamp[]; readonly warnings: readonly Finding[] } {
  const { at } = sources.context;
  const { timeStamps: most } = sources.policy.limits;
  if (container.timeStamps.length > most) throw new LimitReached('time-stamps', most);
  const warnings: Finding[] = [];
  const read = container.timeStamps.flatMap(({ name }) => {
    const own = manifests.filter((one) => one.over === name);
    if (own.length > 1) {
      warnings.push({ code: 'asic.manifest-ambiguous', clause: CLAUSE, message: `several manifests name "${name}"` });
      return [];
    }
    const one = readToken(name, own[0], container, parts, sources);
    return one === undefined ? [] : [one];
  });
  read.sort((a, b) => (b.read.info?.genTime ?? 0) - (a.read.info?.genTime ?? 0));
  for (const one of read) addEvidence(sources, one.evidence);
  const stamps: ContainerStamp[] = [];
  for (const { read: token, ...one } of read) {
    let control = at;
    for (const later of stamps) {
      const over = later.covers.has(one.name) && (one.manifest === undefined || later.covers.has(one.manifest.name));
      if (later.passed && over) control = Math.min(control, later.facts.genTime as number);
    }
    const facts = withTrust(token, control, sources.trustFor('time-stamp'));
    stamps.push({ ...one, facts, passed: concludeTimeStamp(facts, sources.policy, at).indication === 'PASSED' });
  }
  return { stamps, warnings };
}

type ReadToken = Omit<ContainerStamp, 'facts' | 'passed'> & { readonly read: ReadTimeStamp };

function readToken(
  name: string,
  manifest: JudgedManifest | undefined,
  container: AsicContainer,
  parts: AsicParts,
  sources: Sources,
): ReadToken | undefined {
  const { pool } = sources;
  const { door } = sources.context;
  const token = parts.bytes(name);
  if (token === undefined) return undefined;
  const [file, more] = parts.dataFiles;
  const simple = container.kind === 'ASiC-S' && manifest === undefined && file !== undefined && more === undefined;
  const over = manifest?.name ?? (simple ? file : undefined);
  const imprint = (digest: DigestAlgorithm): Uint8Array => {
    const content = over === undefined ? undefined : parts.content(over);
    return content === undefined ? new Uint8Array(0) : contentDigest(content, digest, door);
  };
  const faults: Finding[] = [];
  if (over === undefined)
    faults.push({ code: 'asic.manifest', clause: CLAUSE, message: `no manifest says what "${name}" is over` });
  if (manifest?.doubt !== undefined) faults.push(manifest.doubt);
  const read = readTimeStamp(manifest === undefined ? 'content-time-stamp' : 'archive-time-stamp', token, imprint, pool, door);
  const intact = (manifest?.covers ?? []).filter((one) => one.intact === true).map((one) => one.name);
  const covers = new Set(manifest === undefined ? (simple ? [file] : []) : [manifest.name, ...intact]);
  return { name, manifest, covers, evidence: evidenceOf(token), read: { ...read, faults: [...read.faults, ...faults] } };
}

function evidenceOf(token: Uint8Array): Evidence {
  try {
    return evidenceIn(parseTimeStampToken(token).signedData);
  } catch (error) {
    if (error instanceof FormatFault || error instanceof PkiFault) return { certificates: [], crls: [], ocsps: [] };
    throw error;
  }
}
