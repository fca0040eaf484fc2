import { latin1 } from '@antin/formats/bytes/bytes';
import { pdfArray, pdfDict, pdfName, pdfRef } from '@antin/formats/pdf/objects';
import type { PdfObject, PdfRef } from '@antin/formats/pdf/objects';
import type { PdfUpdate } from '@antin/formats/pdf/update';
import { append, letter, sign } from '../judging/documents.ts';
import type { Ground } from './surgery.ts';
import { edit, text } from './surgery.ts';

const CATALOG = pdfRef(1);

/** A draft in which one harmless object stands in two places, and what is made of that object once the draft is signed. */
export interface TwoPlaces {
  readonly name: string;
  /** Entries of the catalog for the object; `twice`: also in a place that does something. */
  readonly entries: (object: PdfObject, twice: boolean) => Record<string, PdfObject>;
  readonly harmless: (update: PdfUpdate) => PdfRef;
  readonly later: (update: PdfUpdate, object: PdfRef) => void;
}

export const TWO_PLACES: readonly TwoPlaces[] = [
  {
    name: 'extensions that are the open action too',
    entries: (object, twice) => ({ Extensions: object, ...(twice ? { OpenAction: object } : {}) }),
    harmless: (update) => update.add(pdfDict({})),
    later: (update, object) => update.set(object, pdfDict({ S: pdfName('JavaScript'), JS: text('app.alert(1)') })),
  },
  {
    name: 'a certificate of the security store that is a script too',
    entries: (object, twice) => ({
      DSS: pdfDict({ Certs: pdfArray([object]) }),
      ...(twice ? { OpenAction: pdfDict({ S: pdfName('JavaScript'), JS: object }) } : {}),
    }),
    harmless: (update) => update.addStream({}, latin1('0')),
    later: (update, object) => update.setStream(object, {}, latin1('app.alert(1)')),
  },
];

/** Signed while harmless, updated afterwards; `twice: false` is the honest twin of the same update. */
export async function twoPlaces({ pki }: Pick<Ground, 'pki'>, one: TwoPlaces, twice: boolean): Promise<Uint8Array> {
  let object: PdfRef | undefined;
  const draft = append(letter(), (update) => {
    object = one.harmless(update);
    edit(update, CATALOG, one.entries(object, twice));
  });
  const signed = await sign(draft, { pki, by: 'leader', stampedAt: pki.now });
  return append(signed, (update) => one.later(update, object as PdfRef));
}
