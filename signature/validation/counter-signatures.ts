import { FormatFault } from '@antin/formats/fault';
import { memorySource } from '@antin/formats/bytes/source';
import { OID } from '@antin/pki/oids';
import type { SignedData, SignerInfo } from '@antin/pki/cms/signed-data';
import { counterSignersOf } from '../cades/counter-signers.ts';
import type { CmsFacts } from './facts.ts';
import { readSigner } from './judge-cms.ts';
import type { SignerFacts } from './judge-cms.ts';
import { LimitReached } from './limits.ts';
import { contentOf } from './signed-content.ts';
import type { Sources } from './sources.ts';
import type { Covering } from './timed-trust.ts';
import type { Finding } from './types.ts';

/** A counter-signature found in a SignerInfo, as far as it could be read. */
export interface CounterSigner {
  readonly info: SignerInfo | undefined;
  readonly read: SignerFacts | undefined;
  readonly faults: readonly Finding[];
}

const CLAUSE = 'RFC 5652 11.4';

/** Counter-signatures of one signer: each is over the octets of the signer's value, and over nothing else (RFC 5652 §11.4). */
export function readCounterSigners(
  data: SignedData,
  signer: SignerInfo,
  sources: Sources,
  covering: readonly Covering[],
): readonly CounterSigner[] {
  let infos: readonly SignerInfo[];
  try {
    infos = counterSignersOf(signer);
  } catch (error) {
    if (!(error instanceof FormatFault)) throw error;
    const message = `a counter-signature cannot be read: ${error.code} ${error.message}`;
    return [{ info: undefined, read: undefined, faults: [{ code: 'cms.counter-signature', clause: CLAUSE, message }] }];
  }
  const { signatures } = sources.policy.limits;
  if (infos.length > signatures) throw new LimitReached('signatures', signatures);
  const value = memorySource(signer.signature);
  return infos.map((info): CounterSigner => {
    const over = contentOf(value, [[0, value.size]], sources.context.door);
    try {
      const read = readSigner(data, info, over, sources, covering);
      const typed = read.cms.contentTypes.length > 0 || !read.cms.signedAttributes;
      const message = 'a counter-signature has signed attributes, and no content-type among them';
      const faults = typed ? [{ code: 'cms.counter-content-type', clause: CLAUSE, message }] : [];
      return { info, read: { ...read, cms: overValue(read.cms) }, faults };
    } catch (error) {
      if (!(error instanceof FormatFault)) throw error;
      const message = `${error.code}: ${error.message}`;
      return { info, read: undefined, faults: [{ code: 'cms.unreadable', clause: 'RFC 5652 5.3', message }] };
    }
  });
}

/** What is signed is a value and has no content type: the rules that compare types are told so. */
function overValue(cms: CmsFacts): CmsFacts {
  return { ...cms, eContentType: OID.idData, contentTypes: [OID.idData] };
}
