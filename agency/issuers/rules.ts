import { fold } from '@antin/adapters/db/folding';
import type { RequestAct } from '@antin/protocol/certificates/request';
import type { ItemResult } from '@antin/protocol/certificates/result';
import type { IssuerRequestState, ItemState } from '@antin/protocol/office/issuers';

export interface ItemNow {
  readonly act: RequestAct;
  readonly state: ItemState;
  /** Of the batch that last changed it. */
  readonly sequence: number;
  readonly certificateSha256: string | null;
}

export type ItemStep =
  | { readonly step: 'advance'; readonly state: ItemState }
  /** Known already, or overtaken by a later batch: nothing to do, and nothing wrong. */
  | { readonly step: 'nothing' }
  /** Contradicts how the item ended, or answers something that was not asked. */
  | { readonly step: 'contradiction' };

const ENDS: ReadonlySet<ItemState> = new Set(['issued', 'revoked', 'recovered', 'refused']);
export const isEnd = (state: ItemState): boolean => ENDS.has(state);

/** What an act can end with, besides a refusal. */
const OUTCOME: Readonly<Record<RequestAct, ItemState>> = {
  new: 'issued',
  renew: 'issued',
  change: 'issued',
  revoke: 'revoked',
  'recover-device': 'recovered',
};

/**
 * What one answer does to its item. Batches may come late, in parts, twice and out of order; so an end holds whatever comes
 * after it or before it, and of the other answers the one of the latest batch counts.
 *
 * @param certificateSha256 of the certificate in an `issued` answer
 */
export function stepOf(item: ItemNow, result: ItemResult, sequence: number, certificateSha256: string | null): ItemStep {
  const state: ItemState = result.status;
  if (isEnd(state) && state !== 'refused' && OUTCOME[item.act] !== state) return { step: 'contradiction' };
  if (isEnd(item.state)) {
    if (!isEnd(state)) return { step: 'nothing' };
    const same = state === item.state && (state !== 'issued' || certificateSha256 === item.certificateSha256);
    return same ? { step: 'nothing' } : { step: 'contradiction' };
  }
  if (isEnd(state)) return { step: 'advance', state };
  if (sequence < item.sequence || state === item.state) return { step: 'nothing' };
  return { step: 'advance', state };
}

/** A request is finished when every item has ended. */
export function requestStateAfter(state: IssuerRequestState, open: number): IssuerRequestState {
  return open === 0 && (state === 'sent' || state === 'to-carry' || state === 'sending') ? 'finished' : state;
}

/** Up to which batch none is missing, after another one came. */
export function contiguous(known: ReadonlySet<number>, from: number): number {
  let last = from;
  while (known.has(last + 1)) last += 1;
  return last;
}

const TONES = /[\u0300\u0301\u0303\u0309\u0323]/g;

/** Syllables with their tone behind them: `hòa` and `hoà` are one word written in two ways, `An` and `Ân` are two names. */
const syllables = (text: string): string =>
  text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => {
      const letters = word.normalize('NFD');
      return `${letters.replace(TONES, '').normalize('NFC')}${(letters.match(TONES) ?? []).sort().join('')}`;
    })
    .join(' ');

/**
 * Whether a certificate says the name that was asked for. Capitals and the place of a tone do not matter; an issuer that
 * writes no diacritics at all (as certificates of the first generation do) is understood.
 */
export function sameName(certificate: string, asked: string): boolean {
  const plain = /^[\x20-\x7e]+$/.test(certificate);
  return plain ? fold(certificate) === fold(asked) : syllables(certificate) === syllables(asked);
}
