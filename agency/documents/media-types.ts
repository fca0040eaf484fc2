/** What may be sent as an annex, by what its first bytes say and its name claims; both must agree. */
interface Kind {
  readonly mediaType: string;
  readonly extensions: readonly string[];
  readonly begins?: readonly number[][];
}

const ZIP = [0x50, 0x4b, 0x03, 0x04];
const OLE = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

const KINDS: readonly Kind[] = [
  { mediaType: 'application/pdf', extensions: ['pdf'], begins: [[0x25, 0x50, 0x44, 0x46, 0x2d]] },
  { mediaType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', extensions: ['docx'], begins: [ZIP] },
  { mediaType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', extensions: ['xlsx'], begins: [ZIP] },
  { mediaType: 'application/vnd.openxmlformats-officedocument.presentationml.presentation', extensions: ['pptx'], begins: [ZIP] },
  { mediaType: 'application/vnd.oasis.opendocument.text', extensions: ['odt'], begins: [ZIP] },
  { mediaType: 'application/vnd.oasis.opendocument.spreadsheet', extensions: ['ods'], begins: [ZIP] },
  { mediaType: 'application/zip', extensions: ['zip'], begins: [ZIP] },
  { mediaType: 'application/msword', extensions: ['doc'], begins: [OLE] },
  { mediaType: 'application/vnd.ms-excel', extensions: ['xls'], begins: [OLE] },
  { mediaType: 'image/png', extensions: ['png'], begins: [[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]] },
  { mediaType: 'image/jpeg', extensions: ['jpg', 'jpeg'], begins: [[0xff, 0xd8, 0xff]] },
  {
    mediaType: 'image/tiff',
    extensions: ['tif', 'tiff'],
    begins: [
      [0x49, 0x49, 0x2a, 0x00],
      [0x4d, 0x4d, 0x00, 0x2a],
    ],
  },
  { mediaType: 'text/csv', extensions: ['csv'] },
  { mediaType: 'text/plain', extensions: ['txt'] },
  { mediaType: 'application/xml', extensions: ['xml'] },
];

/**
 * The media type of an upload, or undefined when the kind is not accepted or name and bytes disagree (a program called
 * `phu-luc.pdf`).
 */
export function mediaTypeOf(name: string, head: Uint8Array): string | undefined {
  const extension = /\.([a-z0-9]{1,5})$/i.exec(name)?.[1]?.toLowerCase();
  const kind = KINDS.find((one) => one.extensions.includes(extension ?? ''));
  if (kind === undefined) return undefined;
  if (kind.begins === undefined) return looksLikeText(head) ? kind.mediaType : undefined;
  return kind.begins.some((begin) => begin.every((byte, at) => head[at] === byte)) ? kind.mediaType : undefined;
}

function looksLikeText(head: Uint8Array): boolean {
  return head.every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}
