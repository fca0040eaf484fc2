import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { concatBytes, latin1 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { openPdf } from '@antin/formats/pdf/file';
import { pdfArray, pdfDict, pdfName, pdfRef, pdfString } from '@antin/formats/pdf/objects';
import { append, documentFont, judged, letter } from '@antin/testkit/judging/documents';
import { edit, text } from '@antin/testkit/attacks/surgery';
import { formFields } from '@antin/signature/pades/acro-form';
import { embedPades } from '@antin/signature/pades/embed';
import { testPki } from '@antin/testkit/pki/test-pki';
import { describe, expect, it } from 'vitest';
import { activeContent } from '../documents/active-content.ts';
import { PERSON_FIELD, SEAL_FIELD, preparePerson, prepareSeal, reservedFields } from './prepare.ts';

const pki = testPki();
const doors = { inflate: nodeInflate, font: documentFont(), crypto: nodeCrypto };
const places = {
  number: { page: 1, rect: [100, 660, 160, 18], format: 'number-and-notation' },
  date: { page: 1, rect: [300, 660, 240, 18], format: 'full' },
} as Parameters<typeof reservedFields>[2];

/** A draft that brings a field of this name, as large as the page. */
function draftWith(name: string, type: 'Sig' | 'Tx'): Uint8Array {
  return append(letter(), (update) => {
    const field = update.add(
      pdfDict({
        Type: pdfName('Annot'),
        Subtype: pdfName('Widget'),
        FT: pdfName(type),
        T: text(name),
        F: 4,
        Rect: pdfArray([0, 0, 595, 842]),
        P: pdfRef(3),
        Lock: pdfDict({ Type: pdfName('SigFieldLock'), Action: pdfName('All') }),
      }),
    );
    edit(update, pdfRef(1), { AcroForm: update.add(pdfDict({ Fields: pdfArray([field]) })) });
    edit(update, pdfRef(3), { Annots: pdfArray([field]) });
  });
}

const person = (file: Uint8Array) => {
  const key = pki.signingKey('leader');
  const credential = { certificate: key.certificate.raw, chain: [], algorithm: key.algorithm } as never;
  const place = { page: 1, rect: [360, 140, 120, 60] } as never;
  return preparePerson(doors, memorySource(file), { credential, place, image: undefined, name: 'An', at: new Date(pki.now) });
};

describe('a draft that brings fields of our names', () => {
  it.each([
    [PERSON_FIELD, 'Sig'],
    [PERSON_FIELD, 'Tx'],
    [SEAL_FIELD, 'Sig'],
    ['so', 'Tx'],
    ['ngay', 'Sig'],
  ] as const)('"%s" as %s is refused when it is submitted', (name, type) => {
    expect(() => reservedFields(doors, memorySource(draftWith(name, type)), places, 'QĐ-UBND')).toThrow(/already has a field/);
  });

  it('and again when the leader signs, whatever let it in', () => {
    for (const name of [PERSON_FIELD, SEAL_FIELD]) expect(() => person(draftWith(name, 'Sig'))).toThrow(/already has a field/);
  });

  it('its twin: other names are taken as they are', () => {
    const draft = draftWith('mot-o-khac', 'Sig');
    const grown = concatBytes(draft, reservedFields(doors, memorySource(draft), places, 'QĐ-UBND'));
    expect(person(grown).fieldName).toBe(PERSON_FIELD);
  });
});

describe('a form that the drafter left open', () => {
  it('is locked by the seal: filled afterwards, the letter is not valid; its twin without that is', async () => {
    const draft = draftWith('y-kien', 'Tx');
    let file = concatBytes(draft, reservedFields(doors, memorySource(draft), places, 'QĐ-UBND'));
    const leader = pki.signingKey('leader');
    const first = person(file);
    file = concatBytes(
      file,
      embedPades(memorySource(file), first, await leader.sign(first.signedAttributes), { door: nodeCrypto }),
    );
    const key = pki.signingKey('seal');
    const sealed = prepareSeal(doors, memorySource(file), {
      credential: { certificate: key.certificate.raw, chain: [], algorithm: key.algorithm } as never,
      image: undefined,
      agencyName: 'Cơ quan',
      places,
      number: 12,
      notation: 'QĐ-UBND',
      date: '2026-03-02',
      at: new Date(pki.now),
    });
    file = concatBytes(
      file,
      embedPades(memorySource(file), sealed, await key.sign(sealed.signedAttributes), { door: nodeCrypto }),
    );
    expect(judged(file, pki).verdict).toBe('valid');
    const form = openPdf(memorySource(file), { inflate: nodeInflate, mode: 'strict' });
    const open = formFields(form.last, form.last.resolve.bind(form.last)).find((field) => field.fullName === 'y-kien');
    const filled = append(file, (update) => edit(update, open!.ref, { V: text('thêm lời') }));
    expect(judged(filled, pki).verdict).toBe('invalid');
  });
});

describe('an action whose kind is written elsewhere', () => {
  const withAction = (kind: 'JavaScript' | 'GoTo'): Uint8Array =>
    append(letter(), (update) => {
      const action = pdfDict({ S: update.add(pdfName(kind)), D: pdfString(latin1('x')) });
      edit(update, pdfRef(1), { OpenAction: action });
    });
  it('is found', () => {
    const open = (file: Uint8Array) => openPdf(memorySource(file), { inflate: nodeInflate, mode: 'strict' });
    expect(activeContent(open(withAction('JavaScript')))).toBe('JavaScript');
    expect(activeContent(open(withAction('GoTo')))).toBeUndefined();
  });
});
