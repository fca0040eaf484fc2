import { toHex } from '@antin/formats/bytes/text-encodings';
import { FormatFault } from '@antin/formats/fault';
import type { DigestAlgorithm } from '@antin/pki/crypto';
import type { AsicContainer } from '../../asic/container.ts';
import { readCmsManifest } from '../../asic/cms-manifest.ts';
import { SignatureFault } from '../../fault.ts';
import { JUDGED_METHODS } from '../../xmldsig/algorithms.ts';
import type { Covered, Finding } from '../types.ts';
import type { AsicParts } from './parts.ts';

const CLAUSE = 'EN 319 162-1 A.4';
/** Thousands of references to one huge file are digested once; this bounds the rest. */
const MOST_BYTES = 16 << 20;

/** An ASiCManifest held against the container. */
export interface JudgedManifest {
  readonly name: string;
  readonly archive: boolean;
  /** The signature file or token that is over it. */
  readonly over: string;
  readonly covers: readonly Covered[];
  /** By which digest each entry that is intact is bound. */
  readonly bound: readonly { readonly name: string; readonly digest: DigestAlgorithm }[];
  readonly digests: readonly DigestAlgorithm[];
  /** Says something this engine does not understand and must. */
  readonly doubt: Finding | undefined;
}

/** All manifests for CMS signatures and time-stamps; one that cannot be read speaks for nobody. */
export function judgeManifests(
  { manifests, archiveManifests }: AsicContainer,
  parts: AsicParts,
): { readonly manifests: readonly JudgedManifest[]; readonly errors: readonly Finding[] } {
  const errors: Finding[] = [];
  const read = [...manifests, ...archiveManifests].flatMap(({ name, size }): JudgedManifest[] => {
    if (size > MOST_BYTES) {
      errors.push({ code: 'asic.manifest', clause: CLAUSE, message: `"${name}" is larger than any manifest` });
      return [];
    }
    const bytes = parts.bytes(name);
    if (bytes === undefined) return [];
    try {
      return [
        judgeOne(
          name,
          archiveManifests.some((one) => one.name === name),
          bytes,
          parts,
        ),
      ];
    } catch (error) {
      if (!(error instanceof FormatFault) && !(error instanceof SignatureFault)) throw error;
      errors.push({ code: 'asic.manifest', clause: CLAUSE, message: `"${name}": ${error.code} ${error.message}` });
      return [];
    }
  });
  return { manifests: read, errors };
}

function judgeOne(name: string, archive: boolean, bytes: Uint8Array, parts: AsicParts): JudgedManifest {
  const { covers: over, parts: named, critical } = readCmsManifest(bytes, JUDGED_METHODS);
  const covers = named.map((one): Covered => {
    const digest = one.digest === undefined ? undefined : parts.digest(one.name, one.digest);
    return { kind: 'file', name: one.name, intact: digest === undefined ? null : digest === toHex(one.value) };
  });
  const bound = named.flatMap(({ name: one, digest }, i) =>
    digest !== undefined && covers[i]?.intact === true ? [{ name: one, digest }] : [],
  );
  const unknown = named.some((one) => one.digest === undefined);
  const doubt = (what: string): Finding => ({
    code: 'asic.manifest-not-understood',
    clause: CLAUSE,
    message: `"${name}" ${what}`,
  });
  return {
    name,
    archive,
    over,
    covers,
    bound,
    digests: [...new Set(named.flatMap((one) => one.digest ?? []))],
    doubt: critical
      ? doubt('carries an extension marked critical')
      : unknown
        ? doubt('names a digest algorithm that is not known here')
        : undefined,
  };
}
