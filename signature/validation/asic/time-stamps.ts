import type { DigestAlgorithm } from '@antin/pki/crypto';
import { FormatFault } from '@antin/formats/fault';
import { PkiFault } from '@antin/pki/fault';
import { parseTimeStampToken } from '@antin/pki/tsp/token';
import type { AsicContainer } from '../../asic/container.ts';
import { contentDigest } from '../../asic/cms-manifest.ts';
import { evidenceIn } from '../cms-container.ts';
import { LimitReached } from '../limits.ts';
import type { GoodUntil } from '../policy.ts';
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
 * must stand (clause A.7). A token proves the time of what its imprint is over, and of what the manifest names there by a digest that
 * was good at least until a newer token was over the same (EN 319 102-1 §5.6.2.3.1): else somebody could have made another entry of
 * the same digest since.
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
  /** When each entry is proven to have existed, by the tokens looked at so far; nothing older than now is known of the others. */
  const proven = new Map<string, number>();
  const timeOf = (name: string): number => proven.get(name) ?? at;
  for (const { read: token, over, bound, ...one } of read) {
    const facts = withTrust(token, Math.max(timeOf(one.name), timeOf(over)), sources.trustFor('time-stamp'));
    const passed = concludeTimeStamp(facts, sources.policy, at).indication === 'PASSED';
    // A digest of the manifest is the token's imprint, one step further: it must have been good for as long as it stood alone.
    const good = bound.filter(({ name, digest }) => isGood(sources.policy.digests[digest], timeOf(name)));
    const weak = bound.find((entry) => !good.some(({ name }) => name === entry.name));
    if (weak !== undefined) {
      const message = `"${one.name}" is bound to "${weak.name}" by ${weak.digest}, which proves nothing any more`;
      warnings.push({ code: 'time-stamp.manifest-algorithm', clause: 'EN 319 102-1 5.6.2.3', message });
    }
    const covers = new Set([...(over === '' ? [] : [over]), ...good.map(({ name }) => name)]);
    if (passed) for (const name of covers) proven.set(name, Math.min(timeOf(name), facts.genTime as number));
    stamps.push({ ...one, covers, facts, passed });
  }
  return { stamps, warnings };
}

function isGood(until: GoodUntil | undefined, time: number): boolean {
  return until === null || (until !== undefined && time < until);
}

interface ReadToken extends Pick<ContainerStamp, 'name' | 'manifest' | 'evidence'> {
  readonly read: ReadTimeStamp;
  /** Name of the entry whose bytes it is over; empty where nobody says. */
  readonly over: string;
  readonly bound: JudgedManifest['bound'];
}

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
  const bound = manifest?.bound ?? [];
  return {
    name,
    manifest,
    over: over ?? '',
    bound,
    evidence: evidenceOf(token),
    read: { ...read, faults: [...read.faults, ...faults] },
  };
}

function evidenceOf(token: Uint8Array): Evidence {
  try {
    return evidenceIn(parseTimeStampToken(token).signedData);
  } catch (error) {
    if (error instanceof FormatFault || error instanceof PkiFault) return { certificates: [], crls: [], ocsps: [] };
    throw error;
  }
}
