import { describe, expect, it } from 'vitest';
import { nodePdfCiphers as ciphers } from '@antin/adapters/crypto/pdf-ciphers';
import { nodeInflate as inflate } from '@antin/adapters/inflate/node';
import { buildPdf, plainObjects } from '@antin/testkit/pdf/build-pdf';
import { qpdfCheck, qpdfRewrite, tools } from '@antin/testkit/pdf/outside';
import { concatBytes, fromLatin1, latin1 } from '../bytes/bytes.ts';
import { memorySource } from '../bytes/source.ts';
import type { PdfFile } from './file.ts';
import { openPdf } from './file.ts';
import type { PdfDict, PdfObject, PdfStream } from './objects.ts';
import { isStream, isString, pdfDict, pdfRef, pdfString, withEntries } from './objects.ts';
import { beginUpdate } from './update.ts';

const CONTENT = 'BT (noi dung bi mat) Tj ET';
const plain = buildPdf(
  {
    ...plainObjects(),
    10: '<</Title(Quyet dinh)/List[(mot)<</Hai(hai)>>]/Empty()>>',
    11: `<</Length ${CONTENT.length}>>\nstream\n${CONTENT}\nendstream`,
    1: '<</Type/Catalog/Pages 2 0 R/Info 10 0 R/Data 11 0 R/Sig 12 0 R>>',
    12: '<</Type/Sig/ByteRange[0 1 2 3]/Contents<00112233>/Reason(ly do)>>',
  },
  { trailer: '/ID[<00112233445566778899aabbccddeeff><00112233445566778899aabbccddeeff>]' },
).bytes;

const KINDS: Readonly<Record<string, readonly string[]>> = {
  'AES-256, R6': ['256', '--'],
  'AES-256, R5': ['256', '--force-R5', '--'],
  'AES-256 with metadata in clear': ['256', '--cleartext-metadata', '--'],
  'AES-128': ['128', '--use-aes=y', '--'],
  'RC4-128': ['128', '--use-aes=n', '--'],
  'RC4-40': ['40', '--'],
};
const encrypted = (kind: string, user: string, owner: string, ...more: string[]): Uint8Array =>
  qpdfRewrite(plain, '--allow-weak-crypto', '--static-id', ...more, '--encrypt', user, owner, ...KINDS[kind]!);
const open = (bytes: Uint8Array, password: string): PdfFile =>
  openPdf(memorySource(bytes), { inflate, mode: 'strict', decryption: { password, ciphers } });
const code = (name: string) => expect.objectContaining({ code: name });

/** Every string and stream of the catalog's three things, readable. */
function contentsOf({ last }: PdfFile): string[] {
  const out: string[] = [];
  const walk = (object: PdfObject): void => {
    if (isString(object)) out.push(fromLatin1(object.bytes));
    else if (isStream(object)) out.push(fromLatin1(last.decodeStream(object)));
    else if (typeof object === 'object' && object?.kind === 'array') object.items.forEach(walk);
    else if (typeof object === 'object' && object?.kind === 'dict') [...object.entries.values()].forEach(walk);
  };
  for (const key of ['Info', 'Data', 'Sig']) walk(last.resolve(last.catalog.entries.get(key)));
  return out.sort();
}

const EXPECTED = ['', CONTENT, 'Quyet dinh', 'hai', 'ly do', 'mot', '\0\x11"3'].sort();

describe.skipIf(!tools.qpdf).each(Object.keys(KINDS))('a file encrypted with %s by qpdf', (kind) => {
  const bytes = encrypted(kind, 'người dùng'.normalize(), 'chu so huu');

  it.each([
    ['the user’s password', kind.startsWith('AES-256') ? 'người dùng' : undefined, false],
    ['the owner’s password', 'chu so huu', true],
  ])('is read with %s', (_, password, owner) => {
    // Before AES-256 passwords have no letters beyond Latin-1 on which programs agree.
    const file = password === undefined ? open(encrypted(kind, 'nguoi dung', 'chu so huu'), 'nguoi dung') : open(bytes, password);
    expect(contentsOf(file)).toEqual(EXPECTED);
    expect(file.encryption!.unlocked.owner).toBe(owner);
  });

  it('is read with no password at all where the user needs none', () => {
    expect(contentsOf(open(encrypted(kind, '', 'chu so huu', '--object-streams=generate'), ''))).toEqual(EXPECTED);
  });

  it('stays closed to others', () => {
    expect(() => open(bytes, 'sai')).toThrow(code('pdf.password-wrong'));
    expect(() => openPdf(memorySource(bytes), { inflate, mode: 'strict' })).toThrow(code('pdf.encrypted'));
  });
});

describe.skipIf(!tools.qpdf)('an update of an encrypted file', () => {
  const secret = 'thông tin mật';
  const updated = (bytes: Uint8Array, password: string): Uint8Array => {
    const update = beginUpdate(open(bytes, password));
    const text = latin1(unescape(encodeURIComponent(secret)));
    const stream = update.addStream({ Note: pdfString(text) }, text);
    const signature = { kind: 'raw', mark: 'Contents', bytes: latin1('<abcdef>') } as const;
    const sig = update.add(
      pdfDict({ ByteRange: { kind: 'array', items: [0, 1, 2, 3] }, Contents: signature, Reason: pdfString(text) }),
    );
    const { rootRef, catalog } = update.file.last;
    update.set(rootRef, withEntries(catalog, { More: stream, Sig2: sig }));
    return concatBytes(bytes, update.finish().appended);
  };

  it.each([
    ['AES-256, R6', '--object-streams=preserve'],
    ['AES-256, R6', '--object-streams=generate'],
    ['AES-256, R5', '--object-streams=preserve'],
    ['AES-128', '--object-streams=preserve'],
    ['AES-128', '--object-streams=generate'],
  ])('with %s (%s) is encrypted itself, except a signature’s /Contents, and others read it', (kind, streams) => {
    const whole = updated(encrypted(kind, 'u', 'o', streams), 'u');
    expect(fromLatin1(whole)).not.toContain('tin m');
    expect(fromLatin1(whole)).toContain('<abcdef>');
    const { last } = open(whole, 'o');
    const stream = last.resolve(last.catalog.entries.get('More')) as PdfStream;
    expect(Buffer.from(last.decodeStream(stream)).toString()).toBe(secret);
    const sig = last.resolve(last.catalog.entries.get('Sig2')) as PdfDict;
    expect(Buffer.from((sig.entries.get('Reason') as { bytes: Uint8Array }).bytes).toString()).toBe(secret);
    // qpdf decrypts the whole file and leaves nothing unread.
    const opened = qpdfRewrite(whole, '--password=u', '--decrypt', '--object-streams=disable', '--stream-data=uncompress');
    expect(Buffer.from(opened).includes(Buffer.from(secret))).toBe(true);
    expect(qpdfCheck(opened).status).toBe(0);
  });

  it.each(['RC4-128', 'RC4-40'])('with %s is refused', (kind) => {
    expect(() => updated(encrypted(kind, 'u', 'o'), 'u')).toThrow(code('pdf.encryption-weak'));
  });
});

describe.skipIf(!tools.qpdf)('hostile encryption', () => {
  const bytes = encrypted('AES-256, R6', '', 'o');
  const text = fromLatin1(bytes);
  const edited = (from: string | RegExp, to: string | ((found: string) => string)): Uint8Array => {
    const change = typeof to === 'string' ? () => to : to;
    if (text.replace(from, change) === text) throw new Error('nothing to edit');
    return latin1(text.replace(from, change));
  };

  it.each([
    [
      'permissions changed behind the key',
      edited(/\/P (-?\d+)/, (p) => p.slice(0, -1) + (p.endsWith('2') ? '4' : '2')),
      'pdf.encryption-damaged',
    ],
    ['another handler', edited('/Filter /Standard', '/Filter /Stondard'), 'pdf.encryption-unsupported'],
    ['another revision', edited('/R 6', '/R 7'), 'pdf.encryption-unsupported'],
    ['another version', edited('/V 5', '/V 3'), 'pdf.encryption-unsupported'],
    ['an unknown method', edited('/AESV3', '/AESV9'), 'pdf.encryption-unsupported'],
    ['a dictionary that is none', edited(/\/Encrypt (\d+) 0 R/, '/Encrypt 9 0 R'), 'pdf.encryption-damaged'],
  ] as const)('%s', (_, hostile, expected) => {
    expect(() => contentsOf(open(hostile, ''))).toThrow(code(expected));
  });

  it('an update without the encryption, or with another identifier, is not read', () => {
    const { last } = open(bytes, '');
    const root = (last.trailer.entries.get('Root') as { num: number }).num;
    const startxref = /startxref\s+(\d+)\s+%%EOF\s*$/.exec(text)![1];
    const size = last.trailer.entries.get('Size') as number;
    const update = (more: string): Uint8Array => {
      const at = bytes.length + `${size} 0 obj\n(x)\nendobj\n`.length;
      const rows = `xref\n${size} 1\n${String(bytes.length).padStart(10, '0')} 00000 n \n`;
      const trailer = `trailer\n<</Size ${size + 1}/Root ${root} 0 R/Prev ${startxref}${more}>>\nstartxref\n${at}\n%%EOF\n`;
      return concatBytes(bytes, latin1(`${size} 0 obj\n(x)\nendobj\n${rows}${trailer}`));
    };
    const encrypt = (last.trailer.entries.get('Encrypt') as { num: number }).num;
    const id = /\/ID \[?\s*\[?(<[0-9a-f]+>)/.exec(text)![1];
    expect(() => open(update(''), '')).toThrow(code('pdf.encryption-damaged'));
    expect(() => open(update(`/Encrypt ${encrypt} 0 R/ID[<00><00>]`), '')).toThrow(code('pdf.encryption-damaged'));
    const honest = open(update(`/Encrypt ${encrypt} 0 R/ID[${id}<00>]`), '');
    expect(() => honest.last.resolve(pdfRef(size))).toThrow(code('pdf.encryption-damaged'));
  });
});
