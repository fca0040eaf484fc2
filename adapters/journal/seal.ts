import { memorySource } from '@antin/formats/bytes/source';
import { utf8 } from '@antin/formats/bytes/bytes';
import { extendCades } from '@antin/signature/cades/extend';
import { signCades } from '@antin/signature/cades/sign';
import type { ExtendOptions } from '@antin/signature/making/extend-options';
import type { SigningKey } from '@antin/signature/making/signer';
import type { TimeStampSource } from '@antin/signature/making/time-stamp-source';
import { nodeCrypto } from '../crypto/node.ts';
import type { Db } from '../db/transaction.ts';
import { keepSignature, newestHead, type Head } from './head-store.ts';

export interface SealDoors {
  /** The journal's own key: it signs heads and nothing else. */
  readonly key: SigningKey;
  readonly timeStamp: TimeStampSource;
  /** Where revocation evidence comes from: heads are then B-LT and judged offline with nothing but the trusted root. */
  readonly evidence?: Pick<ExtendOptions, 'anchors' | 'evidenceFor'>;
}

/**
 * Signs and time-stamps the newest head (CAdES B-T or B-LT, detached, over the checkpoint's text), if it is not signed yet. Heads
 * between are vouched for by it: every later tree begins with every earlier one.
 *
 * @returns the newest head, sealed; undefined for a journal without entries
 * @throws what the key or the time-stamp authority throws: the next call tries again
 */
export async function sealNewestHead(db: Db, schema: string, doors: SealDoors, at: Date): Promise<Head | undefined> {
  const head = await newestHead(db, schema);
  if (head === undefined || head.signature !== undefined) return head;
  const { key, timeStamp, evidence } = doors;
  const options = { door: nodeCrypto, signingTime: at.getTime(), packaging: 'detached', timeStamp } as const;
  const content = memorySource(utf8(head.checkpoint));
  const stamped = await signCades(content, key, options);
  const raise = { door: nodeCrypto, level: 'B-LT', at: at.getTime(), content, timeStamp } as const;
  const cms = evidence === undefined ? stamped : await extendCades(stamped, { ...raise, ...evidence });
  const signature = cms.read(0, cms.size);
  await keepSignature(db, schema, head.size, signature, at);
  return { ...head, signature };
}
