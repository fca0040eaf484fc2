import type { RevocationCause } from '@antin/protocol/certificates/request';
import type { AgencyVersion } from '@antin/protocol/office/directory-upkeep';

export type Managing = Pick<AgencyVersion, 'code' | 'name' | 'place'>;
export type NextHolder =
  | { readonly form: '01'; readonly personId: string; readonly title: string; readonly unit: string; readonly agency: Managing }
  | {
      readonly form: '02';
      readonly agency: Managing;
      readonly foundedBy: string;
      readonly keeper: { personId: string; title: string } | undefined;
    };

/** All that an item is made of but what the directory says of people on the day it is made: it can be made again from it. */
export interface ItemPlan {
  readonly act: 'revoke' | 'change' | 'new';
  readonly managing: Managing;
  readonly device: string;
  readonly certificate?: { readonly serialHex: string; readonly sha256: string; readonly issuerSha256: string | null };
  readonly cause?: RevocationCause;
  readonly next?: NextHolder;
}
