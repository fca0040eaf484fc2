import type { Certificate } from '@antin/pki/x509/certificate';
import { certificateFacts } from './certificates.ts';
import type { CertificateFacts, TimeStampFacts, TrustFacts } from './facts.ts';
import { concludeTimeStamp } from './process.ts';
import type { Sources } from './sources.ts';
import { withTrust } from './time-stamps.ts';
import type { ReadTimeStamp } from './time-stamps.ts';
import { readTrust } from './trust.ts';

/** A document time-stamp (or another one from outside the CMS) that covers the signature, already judged. */
export interface Covering {
  readonly facts: TimeStampFacts;
  readonly passed: boolean;
  /** It is over the signature and leaves out what this is over: it proves the time of the signature, and archives nothing. */
  readonly partial?: true;
}

/** The signer in time, whatever the format: its time-stamps judged, and trust asked for the moment they prove. */
export interface TimedTrust {
  readonly certificate: Certificate | undefined;
  readonly signer: CertificateFacts | null;
  readonly trust: TrustFacts | null;
  readonly trustAtPoe: TrustFacts | null;
  readonly timeStamps: readonly TimeStampFacts[];
}

/**
 * @param own time-stamps over the signature value or the content, as read
 * @param covering later time-stamps over the whole signature, already judged
 */
export function timedTrust(
  certificate: Certificate | undefined,
  own: readonly ReadTimeStamp[],
  covering: readonly Covering[],
  sources: Sources,
): TimedTrust {
  const { door, at } = sources.context;
  let control = at;
  for (const one of covering) if (one.passed) control = Math.min(control, one.facts.genTime as number);
  const judged = own.map((one) => withTrust(one, control, sources.trustFor('time-stamp')));
  let poe = control;
  for (const one of judged) {
    if (one.kind === 'content-time-stamp' || concludeTimeStamp(one, sources.policy, at).indication !== 'PASSED') continue;
    poe = Math.min(poe, one.genTime as number);
  }
  const trustSources = sources.trustFor('signer');
  return {
    certificate,
    signer: certificate === undefined ? null : certificateFacts(certificate, door),
    trust: certificate === undefined || poe < at ? null : readTrust(certificate, 'signer', at, trustSources),
    trustAtPoe: certificate === undefined || poe >= at ? null : readTrust(certificate, 'signer', poe, trustSources),
    timeStamps: [...judged, ...covering.map((one) => one.facts)],
  };
}
