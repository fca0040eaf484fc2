import { readFileSync } from 'node:fs';
import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { nodeInflate as inflate } from '@antin/adapters/inflate/node';
import { nodeInflateRaw as inflateRaw } from '@antin/adapters/inflate/raw';
import { memorySource } from '@antin/formats/bytes/source';
import type { ValidationContext, ValidationReport } from '@antin/signature/validation/types';
import { validate } from '@antin/signature/validation/validate';
import type { Detached } from './making/make.ts';
import { JUDGED_AT } from './making/make.ts';
import { pki } from './making/people.ts';
import type { Judge } from './judge.ts';
import { no, yes } from './judge.ts';

export interface OwnQuestion {
  readonly bytes: Uint8Array;
  readonly detached?: Detached;
}

/** Our own judge with the lists of the practice PKI at hand, as `antin validate --crl` has them. */
export function ask(question: OwnQuestion, more: Partial<ValidationContext> = {}): ValidationReport {
  const { bytes, detached = {} } = question;
  const [content] = Object.values(detached);
  return validate(memorySource(bytes), {
    door,
    inflate,
    inflateRaw,
    trust: pki.anchors,
    evidence: pki.evidence(JUDGED_AT),
    at: JUDGED_AT,
    ...(content === undefined ? {} : { detached: memorySource(content) }),
    ...more,
  } as ValidationContext).report;
}

export const own: Judge = {
  name: 'Antin',
  version: (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version,
  looksAt: 'everything of EN 319 102-1, and the level by the rules of each format',
  takes: () => true,
  ask: async (files) =>
    files.map((file) => {
      const { verdict, decidedBy, signatures, errors } = ask(file);
      const levels = signatures.map((one) => one.level).join();
      if (verdict === 'valid' && levels === file.level) return yes();
      const rules = signatures.flatMap((one) => [...one.errors, ...one.levelFailures]).map((one) => one.code);
      return no(`${verdict} at ${levels}, decided by ${decidedBy}: ${[...errors.map((one) => one.code), ...rules].join()}`);
    }),
};
