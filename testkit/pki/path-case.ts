import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { FormatFault } from '@antin/formats/fault';
import { PkiFault } from '@antin/pki/fault';
import { judgePath } from '@antin/pki/path/judge';
import type { JudgePathOptions } from '@antin/pki/path/judge';
import { encodePem } from '@antin/pki/pem';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { afterAll, describe, expect, test } from 'vitest';
import { openssl, opensslVersion } from '../openssl.ts';
import { NOW } from './mint.ts';
import type { Minted } from './mint.ts';

export interface PathCase {
  readonly trust: readonly Minted[];
  readonly chain?: readonly Minted[];
  readonly target: Minted;
  /** null: a valid path. */
  readonly code: string | null;
  readonly at?: number;
  readonly options?: Partial<JudgePathOptions>;
  /** Where `openssl verify` says otherwise, and why; absent: it agrees. */
  readonly openssl?: { readonly differs: string };
}

/** Judges each case, and asks `openssl verify` for its opinion. Cases are functions, so that one that cannot be made fails alone. */
export function pathCases(title: string, cases: Readonly<Record<string, () => PathCase>>): void {
  describe(title, () => {
    test.each(Object.entries(cases))('%s', (_, make) => {
      const { at = NOW, trust, chain = [], target, code, options } = make();
      const anchors = trust.flatMap(readable).map((certificate) => ({ certificate, purposes: ['signer'] as const }));
      const [leaf, fault] = parsed(target.raw);
      const ask = { anchors, candidates: chain.flatMap(readable), crls: [], ocsps: [], at, door, revocation: false, ...options };
      expect(leaf === undefined ? fault : judgePath(leaf, ask).code).toBe(code);
    });
  });

  describe.skipIf(opensslVersion === undefined)(`${title}: openssl verify`, () => {
    const tool = openssl();
    afterAll(() => tool.remove());
    const pem = (all: readonly Minted[]): string => all.map((one) => encodePem('CERTIFICATE', one.raw)).join('\n');
    const asked = Object.entries(cases).map(([name, make]) => [name, make()] as const);
    test.each(asked)('%s', (_, one) => {
      tool.put('trust.pem', pem(one.trust));
      tool.put('chain.pem', pem(one.chain ?? []));
      tool.put('target.pem', pem([one.target]));
      const between = (one.chain ?? []).length === 0 ? [] : ['-untrusted', 'chain.pem'];
      const when = ['-attime', String(Math.floor((one.at ?? NOW) / 1000))];
      const { ok, err } = tool.run([
        'verify',
        '-no-CApath',
        '-no-CAstore',
        '-CAfile',
        'trust.pem',
        ...when,
        ...between,
        'target.pem',
      ]);
      const agrees = ok === (one.code === null);
      // A difference that is gone must leave the table too.
      expect(agrees, err).toBe(one.openssl === undefined);
    });
  });
}

function readable(one: Minted): Certificate[] {
  const [certificate] = parsed(one.raw);
  return certificate === undefined ? [] : [certificate];
}

function parsed(raw: Uint8Array): readonly [Certificate] | readonly [undefined, string] {
  try {
    return [parseCertificate(raw)];
  } catch (error) {
    if (error instanceof FormatFault || error instanceof PkiFault) return [undefined, error.code];
    throw error;
  }
}
