import { latin1 } from '@antin/formats/bytes/bytes';
import { pdfArray, pdfDict, pdfName, pdfRef, withEntries } from '@antin/formats/pdf/objects';
import type { PdfArray, PdfDict, PdfObject, PdfRef } from '@antin/formats/pdf/objects';
import type { PdfUpdate } from '@antin/formats/pdf/update';
import { append } from '../judging/documents.ts';
import type { Attack, Ground } from './surgery.ts';
import { addWidget, edit, fieldOf, formOf, formRef, formXObject, text } from './surgery.ts';

/** Object numbers of `letter()`: 1 catalog, 2 page tree, 3 page, 4 content, 5 font. */
const CATALOG = pdfRef(1);
const PAGES = pdfRef(2);
const PAGE = pdfRef(3);
const CONTENT = pdfRef(4);
const FORGED = latin1('BT /F1 14 Tf 72 720 Td (Noi dung khac) Tj ET');

function after(name: string, change: (update: PdfUpdate, ground: Ground) => void, from: 'leader' | 'sealed' = 'sealed'): Attack {
  return { name, build: (ground) => append(ground[from], (update) => change(update, ground)) };
}

const redrawContent = (update: PdfUpdate): void => update.setStream(CONTENT, {}, FORGED);

/** The page content is rewritten, and something harmless is made to point at it so that it seems explained. */
export const LAUNDERED: readonly Attack[] = [
  after('page content under the catalog extensions', (update) => {
    redrawContent(update);
    edit(update, CATALOG, { Extensions: pdfDict({ ADBE: PAGES }) });
  }),
  after('page content under extensions that are an object of their own', (update) => {
    redrawContent(update);
    edit(update, CATALOG, { Extensions: update.add(pdfDict({ X: PAGES })) });
  }),
  after('page content behind an entry of a stream of the security store', (update) => {
    redrawContent(update);
    const stream = update.addStream({ X: PAGES }, latin1('0'));
    edit(update, CATALOG, { DSS: pdfDict({ Certs: pdfArray([stream]) }) });
  }),
  after('page content as a certificate of the security store', (update) => {
    redrawContent(update);
    edit(update, CATALOG, { DSS: pdfDict({ Certs: pdfArray([CONTENT]) }) });
  }),
  after('page content behind the time of a validation record', (update) => {
    redrawContent(update);
    const vri = pdfDict({ ['A'.repeat(40)]: pdfDict({ TS: PAGES }) });
    edit(update, CATALOG, { DSS: pdfDict({ VRI: vri }) });
  }),
  after('page content behind the default resources of the form', (update) => {
    redrawContent(update);
    const last = update.file.last;
    const dr = last.resolve(formOf(last).entries.get('DR')) as PdfDict;
    edit(update, formRef(last), { DR: withEntries(dr, { Pattern: pdfDict({ X: PAGES, C: CATALOG }) }) });
  }),
  {
    name: 'page content behind the default resources of a form written in the catalog',
    async build({ pki }) {
      const { letter, sign } = await import('../judging/documents.ts');
      const base = letter();
      const withForm = append(base, (update) =>
        edit(update, CATALOG, { AcroForm: pdfDict({ Fields: pdfArray([]), DR: pdfDict({}) }) }),
      );
      const signed = await sign(withForm, { pki, by: 'leader', stampedAt: pki.now });
      return append(signed, (update) => {
        redrawContent(update);
        const form = formOf(update.file.last);
        edit(update, CATALOG, { AcroForm: withEntries(form, { DR: pdfDict({ Pattern: pdfDict({ X: CATALOG }) }) }) });
      });
    },
  },
  after(
    'page content in the resources of an empty seal field',
    (update) => {
      redrawContent(update);
      const { ref } = fieldOf(update.file.last, 'seal');
      edit(update, ref, { AP: pdfDict({ N: formXObject(update, '', [0, 0, 90, 90], { X: PAGES, Y: CATALOG }) }) });
    },
    'leader',
  ),
  after('page content behind the document metadata', (update) => {
    redrawContent(update);
    edit(update, CATALOG, { Metadata: update.addStream({ Type: pdfName('Metadata'), X: PAGES }, latin1('<x/>')) });
  }),
  {
    name: 'the picture of a note under extensions that name pages and form',
    async build({ pki }) {
      const { prepared, sign } = await import('../judging/documents.ts');
      let picture: PdfRef | undefined;
      const draft = append(prepared(), (update) => {
        picture = formXObject(update, '0 0 9 9 re f', [0, 0, 100, 20]);
        const AP = pdfDict({ N: picture });
        const Rect = pdfArray([300, 300, 400, 320]);
        addWidget(update, update.add(pdfDict({ Type: pdfName('Annot'), Subtype: pdfName('Stamp'), F: 4, Rect, AP })), false);
      });
      const signed = await sign(draft, { pki, by: 'leader', stampedAt: pki.now });
      return append(signed, (update) => {
        const form = formRef(update.file.last);
        const box = { Type: pdfName('XObject'), Subtype: pdfName('Form'), BBox: pdfArray([0, 0, 100, 20]) };
        update.setStream(picture as PdfRef, box, latin1('1 0 0 rg 0 0 100 20 re f'));
        edit(update, CATALOG, { Extensions: pdfDict({ A: PAGES, B: form }) });
      });
    },
  },
  {
    name: 'a note moved over the text, listed as a default resource of a form written in the catalog',
    async build({ pki }) {
      const { letter, sign } = await import('../judging/documents.ts');
      let moved: PdfRef | undefined;
      const draft = append(letter(), (update) => {
        const AP = pdfDict({ N: formXObject(update, '1 g 0 0 228 25 re f', [0, 0, 228, 25]) });
        const Rect = pdfArray([300, 300, 528, 325]);
        moved = update.add(pdfDict({ Type: pdfName('Annot'), Subtype: pdfName('Stamp'), F: 4, Rect, AP }));
        addWidget(update, moved, false);
        edit(update, CATALOG, { AcroForm: pdfDict({ Fields: pdfArray([]), DR: pdfDict({}) }) });
      });
      const signed = await sign(draft, { pki, by: 'leader', stampedAt: pki.now });
      return append(signed, (update) => {
        const note = moved as PdfRef;
        edit(update, note, { Rect: pdfArray([72, 715, 300, 740]) });
        const form = formOf(update.file.last);
        edit(update, CATALOG, {
          AcroForm: withEntries(form, { DR: pdfDict({ X: note, Y: pdfDict({ P: PAGES, C: CATALOG }) }) }),
        });
      });
    },
  },
  ...(['DR', 'Extensions', 'DSS', 'Metadata', 'Info'] as const).map((role): Attack => ({
    name: `scripts in the names of the catalog, called /${role} now`,
    async build({ pki }) {
      const { letter, sign } = await import('../judging/documents.ts');
      let names: PdfRef | undefined;
      const draft = append(letter(), (update) => {
        names = update.add(pdfDict({}));
        edit(update, CATALOG, { Names: names, AcroForm: pdfDict({ Fields: pdfArray([]), DR: pdfDict({}) }) });
      });
      const signed = await sign(draft, { pki, by: 'leader', stampedAt: pki.now });
      return append(signed, (update) => {
        edit(update, names as PdfRef, { JavaScript: pdfDict({ Names: pdfArray([text('x')]) }) });
        const form = formOf(update.file.last);
        if (role === 'DR') edit(update, CATALOG, { AcroForm: withEntries(form, { DR: names as PdfRef }) });
        else edit(update, CATALOG, { [role]: names as PdfRef });
      });
    },
  })),
  after('page content behind the information dictionary', (update) => {
    redrawContent(update);
    const info = update.add(pdfDict({ ModDate: text('D:20260302'), Producer: CATALOG }));
    void info;
    edit(update, CATALOG, { Version: pdfName('2.0') });
  }),
];

export const REPLACED: readonly Attack[] = [
  after('page content', redrawContent),
  after('a second content stream', (update) =>
    edit(update, PAGE, { Contents: pdfArray([CONTENT, update.addStream({}, FORGED)]) }),
  ),
  after('content pointed to a new stream', (update) => edit(update, PAGE, { Contents: update.addStream({}, FORGED) })),
  after('resources with another font', (update) => edit(update, PAGE, { Resources: pdfDict({}) })),
  after('a font object', (update) => edit(update, pdfRef(5), { BaseFont: pdfName('Symbol') })),
  after('the media box', (update) => edit(update, PAGE, { MediaBox: pdfArray([0, 0, 300, 300]) })),
  after('the crop box', (update) => edit(update, PAGE, { CropBox: pdfArray([0, 0, 300, 300]) })),
  after('the rotation', (update) => edit(update, PAGE, { Rotate: 180 })),
  after('rotation inherited from the tree', (update) => edit(update, PAGES, { Rotate: 180 })),
  after('a page action', (update) =>
    edit(update, PAGE, { AA: pdfDict({ O: pdfDict({ S: pdfName('JavaScript'), JS: text('1') }) }) }),
  ),
  after('the page tree', (update) => {
    const copy = update.add(update.get(PAGE));
    edit(update, PAGES, { Kids: pdfArray([copy]) });
  }),
  after('one more page in front', (update) => {
    const page = update.add(pdfDict({ Type: pdfName('Page'), Parent: PAGES, MediaBox: pdfArray([0, 0, 595, 842]) }));
    edit(update, PAGES, { Kids: pdfArray([page, PAGE]), Count: 2 });
  }),
  after('the page twice', (update) => edit(update, PAGES, { Kids: pdfArray([PAGE, PAGE]), Count: 2 })),
  after('no page', (update) => edit(update, PAGES, { Kids: pdfArray([]), Count: 0 })),
  ...(
    [
      ['an open action', { OpenAction: pdfDict({ S: pdfName('Launch'), F: text('x') }) }],
      ['additional actions', { AA: pdfDict({ WC: pdfDict({ S: pdfName('JavaScript'), JS: text('1') }) }) }],
      ['names with scripts', { Names: pdfDict({ JavaScript: pdfDict({ Names: pdfArray([]) }) }) }],
      ['optional content', { OCProperties: pdfDict({ OCGs: pdfArray([]), D: pdfDict({}) }) }],
      ['a base address', { URI: pdfDict({ Base: text('http://x.invalid') }) }],
      ['viewer preferences', { ViewerPreferences: pdfDict({ HideToolbar: true }) }],
      ['permissions', { Perms: pdfDict({ DocMDP: pdfDict({}) }) }],
      ['another page tree', { Pages: pdfRef(5) }],
      ['a collection', { Collection: pdfDict({ View: pdfName('H') }) }],
      ['an XFA rendering demand', { NeedsRendering: true }],
      ['extensions that are no dictionary', { Extensions: pdfArray([]) }],
      ['a version that is no name', { Version: 9 }],
    ] as [string, Record<string, PdfObject>][]
  ).map(([what, entries]) => after(`catalog: ${what}`, (update) => edit(update, CATALOG, entries))),
  after('annotations re-ordered', (update) => {
    const annots = update.file.last.resolve((update.get(PAGE) as PdfDict).entries.get('Annots')) as PdfArray;
    edit(update, PAGE, { Annots: pdfArray([...annots.items].reverse()) });
  }),
  after('an annotation listed twice', (update) => {
    const annots = update.file.last.resolve((update.get(PAGE) as PdfDict).entries.get('Annots')) as PdfArray;
    edit(update, PAGE, { Annots: pdfArray([...annots.items, annots.items[0] as PdfObject]) });
  }),
  after('all annotations gone', (update) => edit(update, PAGE, { Annots: undefined })),
  after('the form re-pointed to an empty one', (update) =>
    edit(update, CATALOG, { AcroForm: update.add(pdfDict({ Fields: pdfArray([]) })) }),
  ),
  after('the form gone', (update) => edit(update, CATALOG, { AcroForm: undefined })),
  after('a field array that leaves the leader out', (update) => {
    const form = formOf(update.file.last);
    const { ref } = fieldOf(update.file.last, 'leader');
    const fields = update.file.last.resolve(form.entries.get('Fields')) as PdfArray;
    const items = fields.items.filter((item) => (item as PdfRef).num !== ref.num);
    edit(update, formRef(update.file.last), { Fields: pdfArray(items) });
  }),
  after('the appearance of the leader', (update) => {
    edit(update, fieldOf(update.file.last, 'leader').ref, {
      AP: pdfDict({ N: formXObject(update, '0 0 9 9 re f', [0, 0, 120, 60]) }),
    });
  }),
  after('the stream of the leader’s appearance', (update) => {
    const { dict } = fieldOf(update.file.last, 'leader');
    const n = (update.file.last.resolve(dict.entries.get('AP')) as PdfDict).entries.get('N') as PdfRef;
    update.setStream(
      n,
      { Type: pdfName('XObject'), Subtype: pdfName('Form'), BBox: pdfArray([0, 0, 120, 60]) },
      latin1('0 0 9 9 re f'),
    );
  }),
  after('the seal hidden', (update) => edit(update, fieldOf(update.file.last, 'seal').ref, { F: 2 })),
  after('the place of the seal', (update) =>
    edit(update, fieldOf(update.file.last, 'seal').ref, { Rect: pdfArray([0, 0, 90, 90]) }),
  ),
  after('another reason in the signature dictionary', (update) => {
    const value = fieldOf(update.file.last, 'leader').dict.entries.get('V') as PdfRef;
    edit(update, value, { Reason: text('Dong y') });
  }),
  after('an empty dictionary as the value of a signature', (update) =>
    edit(update, fieldOf(update.file.last, 'leader').ref, { V: pdfDict({}) }),
  ),
  after('null as the value of a signature', (update) => edit(update, fieldOf(update.file.last, 'leader').ref, { V: null })),
  after('a number as the value of a signature', (update) => edit(update, fieldOf(update.file.last, 'leader').ref, { V: 7 })),
  after('the leader’s field pointed to the seal’s signature', (update) => {
    edit(update, fieldOf(update.file.last, 'leader').ref, {
      V: fieldOf(update.file.last, 'seal').dict.entries.get('V') as PdfObject,
    });
  }),
];

const signatureWidget = (update: PdfUpdate, entries: Record<string, PdfObject | undefined>): PdfRef =>
  update.add(
    pdfDict({
      Type: pdfName('Annot'),
      Subtype: pdfName('Widget'),
      FT: pdfName('Sig'),
      T: text('them'),
      F: 4,
      Rect: pdfArray([72, 715, 300, 740]),
      P: PAGE,
      ...entries,
    }),
  );

/** What is drawn where nobody signed. */
export const DRAWN: readonly Attack[] = [
  after('an empty signature field with a picture', (update) => {
    addWidget(
      update,
      signatureWidget(update, { AP: pdfDict({ N: formXObject(update, '1 g 0 0 228 25 re f', [0, 0, 228, 25]) }) }),
    );
  }),
  after('an empty signature field that is a filled square', (update) => {
    addWidget(update, signatureWidget(update, { Subtype: pdfName('Square'), IC: pdfArray([1, 1, 1]), C: pdfArray([1, 1, 1]) }));
  }),
  after('an empty signature field that is a note with text', (update) => {
    const entries = { Subtype: pdfName('FreeText'), Contents: text('HUY BO'), DA: text('/Helv 12 Tf 0 g') };
    addWidget(update, signatureWidget(update, { ...entries, Rect: pdfArray([300, 300, 400, 340]) }));
  }),
  after('an empty signature field that is a line', (update) => {
    const entries = { Subtype: pdfName('Line'), L: pdfArray([72, 725, 300, 725]), BS: pdfDict({ W: 20 }) };
    addWidget(update, signatureWidget(update, { ...entries, Rect: pdfArray([0, 0, 0, 0]) }));
  }),
  after('an empty signature field with a background', (update) => {
    addWidget(update, signatureWidget(update, { MK: pdfDict({ BG: pdfArray([1, 1, 1]) }) }));
  }),
  {
    name: 'a picture for print alone that becomes printable one update later',
    build({ sealed }) {
      const first = append(sealed, (update) => {
        const AP = pdfDict({ N: formXObject(update, '1 g 0 0 228 25 re f', [0, 0, 228, 25]) });
        addWidget(update, signatureWidget(update, { F: 32, AP }));
      });
      return append(first, (update) => edit(update, fieldOf(update.file.last, 'them').ref, { F: 36 }));
    },
  },
  after(
    'the empty seal field with a picture and no signature',
    (update) => {
      edit(update, fieldOf(update.file.last, 'seal').ref, {
        AP: pdfDict({ N: formXObject(update, '0 0 90 90 re f', [0, 0, 90, 90]) }),
      });
    },
    'leader',
  ),
  after(
    'the empty seal field with a background',
    (update) =>
      edit(update, fieldOf(update.file.last, 'seal').ref, { MK: pdfDict({ BG: pdfArray([1, 1, 1]), CA: text('Da dong dau') }) }),
    'leader',
  ),
  after('a stamp over the text', (update) => {
    const AP = pdfDict({ N: formXObject(update, '1 g 0 0 228 25 re f', [0, 0, 228, 25]) });
    addWidget(
      update,
      update.add(pdfDict({ Type: pdfName('Annot'), Subtype: pdfName('Stamp'), F: 4, Rect: pdfArray([72, 715, 300, 740]), AP })),
      false,
    );
  }),
  after('a line without a place of its own', (update) => {
    const line = {
      Subtype: pdfName('Line'),
      L: pdfArray([72, 725, 300, 725]),
      BS: pdfDict({ W: 20 }),
      Rect: pdfArray([0, 0, 0, 0]),
    };
    addWidget(update, update.add(pdfDict({ Type: pdfName('Annot'), F: 4, ...line })), false);
  }),
  after('a redaction mark', (update) => {
    addWidget(
      update,
      update.add(pdfDict({ Type: pdfName('Annot'), Subtype: pdfName('Redact'), F: 4, Rect: pdfArray([72, 715, 300, 740]) })),
      false,
    );
  }),
  after('a link over the page', (update) => {
    const A = pdfDict({ S: pdfName('URI'), URI: text('http://x.invalid') });
    addWidget(
      update,
      update.add(pdfDict({ Type: pdfName('Annot'), Subtype: pdfName('Link'), Rect: pdfArray([0, 0, 595, 842]), A })),
      false,
    );
  }),
  after('a widget that no field owns', (update) => {
    const AP = pdfDict({ N: formXObject(update, '0 0 228 25 re f', [0, 0, 228, 25]) });
    addWidget(update, signatureWidget(update, { AP }), false);
  }),
  after('a signature value that is no signature, with a picture', (update) => {
    const AP = pdfDict({ N: formXObject(update, '0 0 228 25 re f', [0, 0, 228, 25]) });
    addWidget(
      update,
      signatureWidget(update, { AP, V: update.add(pdfDict({ Type: pdfName('Sig') })), Rect: pdfArray([300, 300, 400, 340]) }),
    );
  }),
  after('a picture of an unsigned time-stamp field', (update) => {
    const AP = pdfDict({ N: formXObject(update, '0 0 228 25 re f', [0, 0, 228, 25]) });
    const V = update.add(pdfDict({ Type: pdfName('DocTimeStamp'), SubFilter: pdfName('ETSI.RFC3161') }));
    addWidget(update, signatureWidget(update, { AP, V, Rect: pdfArray([300, 300, 400, 340]) }));
  }),
  {
    name: 'a check box of the draft whose other state covers the text',
    build: (ground) => switched(ground, [72, 715, 300, 740]),
  },
  {
    name: 'a small check box of the draft over a word of the text',
    build: (ground) => switched(ground, [72, 718, 90, 736]),
  },
  {
    name: 'a check box of the draft that writes beside the text',
    build: (ground) => switched(ground, [72, 300, 400, 340]),
  },
];

/** A draft with a check box whose `On` appearance nobody saw; signed with `Off`, switched on afterwards. */
export async function switched({ pki }: Ground, rect: readonly number[]): Promise<Uint8Array> {
  const { letter, sign } = await import('../judging/documents.ts');
  const [l = 0, b = 0, r = 0, t = 0] = rect;
  const draft = append(letter(), (update) => {
    const on = formXObject(update, `1 g 0 0 ${r - l} ${t - b} re f 0 g BT /F 12 Tf 0 5 Td (Khong dong y) Tj ET`, [
      0,
      0,
      r - l,
      t - b,
    ]);
    const off = formXObject(update, '', [0, 0, r - l, t - b]);
    const box = update.add(
      pdfDict({
        Type: pdfName('Annot'),
        Subtype: pdfName('Widget'),
        FT: pdfName('Btn'),
        T: text('hop'),
        F: 4,
        Rect: pdfArray([...rect]),
        P: PAGE,
        V: pdfName('Off'),
        AS: pdfName('Off'),
        AP: pdfDict({ N: pdfDict({ On: on, Off: off }) }),
      }),
    );
    edit(update, CATALOG, { AcroForm: update.add(pdfDict({ Fields: pdfArray([box]) })) });
    edit(update, PAGE, { Annots: pdfArray([box]) });
  });
  const signed = await sign(draft, { pki, by: 'leader', stampedAt: pki.now });
  return append(signed, (update) => edit(update, fieldOf(update.file.last, 'hop').ref, { V: pdfName('On'), AS: pdfName('On') }));
}

/** Updates that explain themselves and change nothing that is shown. */
export const HONEST_UPDATES: readonly Attack[] = [
  after('an empty update', (update) => void update.add(pdfDict({}))),
  after('a security store with a certificate', (update, { pki }) => {
    const cert = update.addStream({}, pki.certificate('issuing').raw);
    const crl = update.addStream({}, pki.crlAt(pki.now));
    const vri = pdfDict({ ['0'.repeat(40)]: pdfDict({ Cert: pdfArray([cert]), CRL: pdfArray([crl]) }) });
    edit(update, CATALOG, {
      DSS: update.add(pdfDict({ Type: pdfName('DSS'), Certs: update.add(pdfArray([cert])), CRLs: pdfArray([crl]), VRI: vri })),
    });
  }),
  {
    name: 'a security store that grows in a second update',
    build({ sealed, pki }) {
      const first = append(sealed, (update) => {
        const certs = update.add(pdfArray([update.addStream({}, pki.certificate('issuing').raw)]));
        edit(update, CATALOG, { DSS: update.add(pdfDict({ Certs: certs })) });
      });
      return append(first, (update) => {
        const dss = update.file.last.catalog.entries.get('DSS') as PdfRef;
        const certs = (update.get(dss) as PdfDict).entries.get('Certs') as PdfRef;
        update.set(
          certs,
          pdfArray([...(update.get(certs) as PdfArray).items, update.addStream({}, pki.certificate('root').raw)]),
        );
        edit(update, dss, { CRLs: pdfArray([update.addStream({}, pki.crlAt(pki.now))]) });
      });
    },
  },
  {
    name: 'a second signature in a form written in the catalog, its list of fields elsewhere',
    async build({ pki }) {
      const { letter, sign, HOUR } = await import('../judging/documents.ts');
      const base = append(letter(), (update) =>
        edit(update, CATALOG, { AcroForm: pdfDict({ Fields: update.add(pdfArray([])) }) }),
      );
      const signed = await sign(base, { pki, by: 'leader', stampedAt: pki.now });
      return sign(signed, { pki, by: 'seal', stampedAt: pki.now + HOUR });
    },
  },
  after('developer extensions', (update) => {
    const level = pdfDict({ BaseVersion: pdfName('1.7'), ExtensionLevel: 5 });
    edit(update, CATALOG, { Extensions: pdfDict({ ESIC: level }), Version: pdfName('1.7') });
  }),
  after('a new empty signature field', (update) =>
    addWidget(update, signatureWidget(update, { Rect: pdfArray([300, 300, 400, 340]) })),
  ),
];
