import { readFileSync } from 'node:fs';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import type { TrustAnchor } from '@antin/pki/path/validate';
import { trustFromLists } from '@antin/signature/trust-list/trust-from-lists';
import { practiceAnchors } from '@antin/signature/trust-list/trust-store';
import type { ValidationPolicy } from '@antin/signature/validation/policy';
import type { ValidationContext } from '@antin/signature/validation/types';
import type { Io } from '../io.ts';
import { printable } from '../printable.ts';
import { UsageFault } from './options.ts';
import type { ValidateArguments } from './validate-arguments.ts';
import { readAnchors, readCertificateFiles, stat } from './validate-inputs.ts';

/**
 * Whom this run trusts: named certificates, trust stores, and signed trusted lists. A list that is refused is an error of usage, so
 * that nobody judges by half of what was meant.
 *
 * @param at moment for which the lists are judged, ms since 1970
 * @throws {UsageFault} also for a practice anchor where the profile is `production`
 */
export function trustFor(
  args: Pick<ValidateArguments, 'trust' | 'tsaTrust' | 'trustList' | 'trustListSigner'>,
  policy: ValidationPolicy,
  at: number,
  io: Pick<Io, 'env' | 'stderr'>,
): Pick<ValidationContext, 'trust' | 'tsaTrust'> {
  const separate = args.tsaTrust.length > 0;
  const listed = fromLists(args, policy, at, io);
  const trust = [...readAnchors(args.trust, separate ? ['signer'] : ['signer', 'time-stamp']), ...listed];
  const tsaTrust = separate ? [...readAnchors(args.tsaTrust, ['time-stamp']), ...listed] : undefined;
  const [practice] = io.env['ANTIN_PROFILE'] === 'production' ? practiceAnchors([...trust, ...(tsaTrust ?? [])]) : [];
  if (practice !== undefined) {
    throw new UsageFault(`${practice.label ?? 'a trusted certificate'} is for practice only [trust.practice-anchor]`);
  }
  return { trust, ...(tsaTrust === undefined ? {} : { tsaTrust }) };
}

function fromLists(
  { trustList, trustListSigner }: Pick<ValidateArguments, 'trustList' | 'trustListSigner'>,
  policy: ValidationPolicy,
  at: number,
  io: Pick<Io, 'stderr'>,
): readonly TrustAnchor[] {
  if (trustList.length === 0 && trustListSigner.length === 0) return [];
  if (trustList.length === 0 || trustListSigner.length === 0) {
    throw new UsageFault('--trust-list and --trust-list-signer go together');
  }
  const files = trustList.map((name) => {
    if (!stat(name).isFile()) throw new UsageFault(`${name} is no file`);
    return { name, bytes: new Uint8Array(readFileSync(name)) };
  });
  const { anchors, refused, warnings } = trustFromLists(files, {
    door: nodeCrypto,
    signers: readCertificateFiles(trustListSigner),
    at,
    policy,
  });
  const [bad] = refused;
  if (bad !== undefined) throw new UsageFault(`${bad.name}: ${printable(bad.message)} [${bad.code}]`);
  for (const one of warnings) io.stderr.write(`antin validate: ${printable(one.message)} [${one.code}]\n`);
  return anchors;
}
