import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import type { ByteSource } from '@antin/formats/bytes/source';
import type { ValidationContext, ValidationReport } from '@antin/signature/validation/types';
import { validate } from '@antin/signature/validation/validate';
import { byReference } from '../extend/named-files.ts';

/** With what our own judge looks at something just made. */
export interface Judging extends Pick<ValidationContext, 'trust' | 'tsaTrust' | 'evidence' | 'at' | 'decryption'> {
  /** The data of detached signatures, by name. */
  readonly detached: readonly { readonly name: string; readonly source: ByteSource }[];
}

/** @throws {UnsupportedFile} when what was made is nothing that carries signatures */
export function judge(source: ByteSource, { detached, ...context }: Judging): ValidationReport {
  const [first] = detached;
  return validate(source, {
    door: nodeCrypto,
    inflate: nodeInflate,
    inflateRaw: nodeInflateRaw,
    ...context,
    ...(first === undefined ? {} : { detached: first.source, detachedName: first.name, detachedByName: byReference(detached) }),
  }).report;
}
