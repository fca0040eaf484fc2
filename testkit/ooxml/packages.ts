import { nodeInflateRaw as inflateRaw } from '@antin/adapters/inflate/raw';
import { utf8 } from '@antin/formats/bytes/bytes';
import type { ByteSource } from '@antin/formats/bytes/source';
import { memorySource } from '@antin/formats/bytes/source';
import { openZip } from '@antin/formats/zip/reader';
import { writeZip } from '@antin/formats/zip/writer';

/** Items of a package by name. */
export type Items = Readonly<Record<string, string | Uint8Array>>;
export type PackageKind = 'docx' | 'xlsx' | 'pptx';

const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006/relationships';
const FORMAT = 'application/vnd.openxmlformats-officedocument';
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n';

/** `[id, type, target]`; a type without scheme is one of Office's; a fourth member is the mode. */
export type Relation = readonly [id: string, type: string, target: string, mode?: 'External'];

export function relations(...list: readonly Relation[]): string {
  const each = list.map(([id, type, target, mode]) => {
    const full = type.includes(':') ? type : `${OFFICE}/${type}`;
    return `<Relationship Id="${id}" Type="${full}" Target="${target}"${mode === undefined ? '' : ` TargetMode="${mode}"`}/>`;
  });
  return `${HEAD}<Relationships xmlns="${PACKAGE}">${each.join('')}</Relationships>`;
}

export function contentTypes(
  overrides: Readonly<Record<string, string>>,
  defaults: Readonly<Record<string, string>> = {},
): string {
  const rules = [
    ...Object.entries({
      rels: 'application/vnd.openxmlformats-package.relationships+xml',
      xml: 'application/xml',
      ...defaults,
    }).map(([extension, type]) => `<Default Extension="${extension}" ContentType="${type}"/>`),
    ...Object.entries(overrides).map(([part, type]) => `<Override PartName="${part}" ContentType="${type}"/>`),
  ];
  const namespace = 'http://schemas.openxmlformats.org/package/2006/content-types';
  return `${HEAD}<Types xmlns="${namespace}">${rules.join('')}</Types>`;
}

const PROPERTIES: Items = {
  'docProps/core.xml': `${HEAD}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Công văn</dc:title></cp:coreProperties>`,
  'docProps/app.xml': `${HEAD}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Application>Antin</Application></Properties>`,
};
const PROPERTY_TYPES = {
  '/docProps/core.xml': 'application/vnd.openxmlformats-package.core-properties+xml',
  '/docProps/app.xml': `${FORMAT}.extended-properties+xml`,
};
const rootRelations = (target: string, ...more: readonly Relation[]): string =>
  relations(
    ['rId1', 'officeDocument', target],
    ['rId2', `${PACKAGE}/metadata/core-properties`, 'docProps/core.xml'],
    ['rId3', 'extended-properties', 'docProps/app.xml'],
    ...more,
  );

const W = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
const S = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const P = 'http://schemas.openxmlformats.org/presentationml/2006/main';
const A = 'http://schemas.openxmlformats.org/drawingml/2006/main';

/** The smallest files of each kind that have the relations real ones have: properties, parts of parts, an external link. */
export function smallPackage(kind: PackageKind): Items {
  switch (kind) {
    case 'docx':
      return {
        '[Content_Types].xml': contentTypes(
          {
            '/word/document.xml': `${FORMAT}.wordprocessingml.document.main+xml`,
            '/word/styles.xml': `${FORMAT}.wordprocessingml.styles+xml`,
            ...PROPERTY_TYPES,
          },
          { png: 'image/png' },
        ),
        '_rels/.rels': rootRelations('word/document.xml'),
        'word/document.xml': `${HEAD}<w:document xmlns:w="${W}" xmlns:r="${OFFICE}"><w:body><w:p><w:r><w:t>Kính gửi: Ủy ban nhân dân</w:t></w:r></w:p><w:p><w:hyperlink r:id="rId10"><w:r><w:t>cổng</w:t></w:r></w:hyperlink></w:p></w:body></w:document>`,
        'word/_rels/document.xml.rels': relations(
          ['rId2', 'styles', 'styles.xml'],
          ['rId10', 'hyperlink', 'https://example.vn/?a=1&amp;b=2', 'External'],
          ['rId1', 'image', '/word/media/image1.png'],
        ),
        'word/styles.xml': `${HEAD}<w:styles xmlns:w="${W}"/>`,
        'word/media/image1.png': Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10),
        ...PROPERTIES,
      };
    case 'xlsx':
      return {
        '[Content_Types].xml': contentTypes({
          '/xl/workbook.xml': `${FORMAT}.spreadsheetml.sheet.main+xml`,
          '/xl/worksheets/sheet1.xml': `${FORMAT}.spreadsheetml.worksheet+xml`,
          ...PROPERTY_TYPES,
        }),
        '_rels/.rels': rootRelations('xl/workbook.xml'),
        'xl/workbook.xml': `${HEAD}<workbook xmlns="${S}" xmlns:r="${OFFICE}"><sheets><sheet name="Bảng" sheetId="1" r:id="rId1"/></sheets></workbook>`,
        'xl/_rels/workbook.xml.rels': relations(['rId1', 'worksheet', 'worksheets/sheet1.xml']),
        'xl/worksheets/sheet1.xml': `${HEAD}<worksheet xmlns="${S}"><sheetData><row r="1"><c r="A1"><v>1200000</v></c></row></sheetData></worksheet>`,
        ...PROPERTIES,
      };
    case 'pptx': {
      const tree = `<p:cSld><p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/></p:spTree></p:cSld>`;
      const open = (name: string) => `${HEAD}<p:${name} xmlns:p="${P}" xmlns:a="${A}" xmlns:r="${OFFICE}">`;
      const map =
        '<p:clrMap bg1="lt1" tx1="dk1" bg2="lt2" tx2="dk2" accent1="accent1" accent2="accent2" accent3="accent3" accent4="accent4" accent5="accent5" accent6="accent6" hlink="hlink" folHlink="folHlink"/>';
      return {
        '[Content_Types].xml': contentTypes({
          '/ppt/presentation.xml': `${FORMAT}.presentationml.presentation.main+xml`,
          '/ppt/slides/slide1.xml': `${FORMAT}.presentationml.slide+xml`,
          '/ppt/slideLayouts/slideLayout1.xml': `${FORMAT}.presentationml.slideLayout+xml`,
          '/ppt/slideMasters/slideMaster1.xml': `${FORMAT}.presentationml.slideMaster+xml`,
          ...PROPERTY_TYPES,
        }),
        '_rels/.rels': rootRelations('ppt/presentation.xml'),
        'ppt/presentation.xml': `${open('presentation')}<p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="rId1"/></p:sldMasterIdLst><p:sldIdLst><p:sldId id="256" r:id="rId2"/></p:sldIdLst><p:notesSz cx="6858000" cy="9144000"/></p:presentation>`,
        'ppt/_rels/presentation.xml.rels': relations(
          ['rId1', 'slideMaster', 'slideMasters/slideMaster1.xml'],
          ['rId2', 'slide', 'slides/slide1.xml'],
        ),
        'ppt/slides/slide1.xml': `${open('sld')}${tree}</p:sld>`,
        'ppt/slides/_rels/slide1.xml.rels': relations(['rId1', 'slideLayout', '../slideLayouts/slideLayout1.xml']),
        'ppt/slideLayouts/slideLayout1.xml': `${open('sldLayout')}${tree}</p:sldLayout>`,
        'ppt/slideLayouts/_rels/slideLayout1.xml.rels': relations(['rId1', 'slideMaster', '../slideMasters/slideMaster1.xml']),
        'ppt/slideMasters/slideMaster1.xml': `${open('sldMaster')}${tree}${map}<p:sldLayoutIdLst><p:sldLayoutId id="2147483649" r:id="rId1"/></p:sldLayoutIdLst></p:sldMaster>`,
        'ppt/slideMasters/_rels/slideMaster1.xml.rels': relations(['rId1', 'slideLayout', '../slideLayouts/slideLayout1.xml']),
        ...PROPERTIES,
      };
    }
  }
}

/** The bytes of a small letter. */
export function docx(): Uint8Array {
  return packed(smallPackage('docx'));
}

export function packed(items: Items, at = Date.UTC(2026, 0, 1)): Uint8Array {
  const entries = Object.entries(items).map(([name, content]) => ({
    name,
    content: memorySource(typeof content === 'string' ? utf8(content) : content),
  }));
  return bytesOf(writeZip(entries, at));
}

/** Items of any archive, so that a test can change one and pack it again. */
export function unpacked(archive: Uint8Array): Record<string, Uint8Array> {
  const zip = openZip(memorySource(archive), { inflateRaw });
  return Object.fromEntries(zip.entries.filter((one) => !one.folder).map((one) => [one.name, bytesOf(zip.content(one))]));
}

export function bytesOf(source: ByteSource): Uint8Array {
  return new Uint8Array(source.read(0, source.size));
}
