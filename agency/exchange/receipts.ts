import { canonicalJson } from '@antin/protocol/canonical-json';
import { Receipt, type SignedReceipt } from '@antin/protocol/exchange/message';
import type { z } from 'zod';
import { fromBase64, toBase64 } from '@antin/formats/bytes/text-encodings';
import { utf8 } from '@antin/formats/bytes/bytes';

/** The installation's Ed25519 key, behind the two things that may be done with it. */
export interface ReceiptKey {
  readonly keyId: string;
  sign(data: Uint8Array): Uint8Array;
  /** False for a key that is not known here. */
  verify(keyId: string, data: Uint8Array, signature: Uint8Array): boolean;
}

/** Signs the canonical JSON of a receipt, with a prefix so that the value can never pass for another kind of message. */
export function signReceipt(
  receipt: z.input<typeof Receipt>,
  key: ReceiptKey,
): { text: string; signed: SignedReceipt; signature: Uint8Array } {
  const parsed = Receipt.parse(receipt);
  const text = canonicalJson(parsed);
  const signature = key.sign(receiptBytes(text));
  return { text, signature, signed: { receipt: parsed, keyId: key.keyId, signature: toBase64(signature) } };
}

export function receiptHolds(signed: SignedReceipt, key: ReceiptKey): boolean {
  return key.verify(signed.keyId, receiptBytes(canonicalJson(signed.receipt)), fromBase64(signed.signature));
}

function receiptBytes(text: string): Uint8Array {
  return utf8(`antin-receipt-v1\n${text}`);
}
