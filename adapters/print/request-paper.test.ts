import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { memorySource } from '@antin/formats/bytes/source';
import { openPdf } from '@antin/formats/pdf/file';
import { isStream } from '@antin/formats/pdf/objects';
import { ConsolidatedRequest } from '@antin/protocol/certificates/request';
import { nodeInflate } from '../inflate/node.ts';
import { requestPaper } from './request-paper.ts';
import { comparePrints } from './same-print.ts';

/** The paper of a request is made again by whoever signs or receives it: nothing on it may come from elsewhere, and nothing be hidden. */
const agency = { code: 'H99', name: 'Ủy ban nhân dân tỉnh Nam Hà', place: 'Nam Hà' };
const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

function request(name = 'Nguyễn Văn An', people = 60): ConsolidatedRequest {
  const certificate = { issuerSha256: 'a'.repeat(64), serialHex: '5af3' };
  return ConsolidatedRequest.parse({
    ...{ type: 'antin.certificate-request', version: 1, id: id(1), number: '12/UBND', from: agency },
    createdAt: '2026-11-22T05:00:00.000Z',
    items: [
      ...Array.from({ length: people }, (_, n) => ({
        ...{ act: 'new', id: id(n + 10), managingAgency: agency, device: 'pki-token', attachments: ['b'.repeat(64)] },
        subject: {
          ...{ form: '01', fullName: n === 40 ? name : `Trần Thị ${n}`, citizenNumber: '001090000001', title: 'Chuyên viên' },
          ...{ mail: 'an@namha.gov.vn', phone: '0912345678' },
        },
      })),
      {
        ...{ act: 'revoke', id: id(2), managingAgency: agency, certificate, holder: 'Lò Văn Hải', cause: 'key-compromised' },
        ...{ since: '2026-11-01', attachments: [] },
      },
    ],
  });
}
const sha256 = 'c'.repeat(64);
const compare = (print: Uint8Array, found: Uint8Array) => comparePrints(print, memorySource(found), nodeInflate);

/** The same objects with one text in the file put in another's place; lengths stay, so that every offset holds. */
function with_(file: Uint8Array, from: string, to: string): Uint8Array {
  const text = Buffer.from(file).toString('latin1');
  expect(text.includes(from) && from.length === to.length).toBe(true);
  return Buffer.from(text.replace(from, to), 'latin1');
}

describe('the print of a request', () => {
  test('is the same every time, and another for another word, which is found on its page', async () => {
    const print = await requestPaper(request(), sha256);
    expect(compare(print, await requestPaper(request(), sha256))).toEqual({ same: true });
    expect(compare(print, await requestPaper(request('Trần Thị Tân'), sha256))).toEqual({ same: false, page: 3 });
    // The new letter takes the number of the one it stands for: the pages are the same, the font is not.
    expect(compare(print, await requestPaper(request('Nguyễn Văn Ân'), sha256))).toEqual({ same: false });
    expect(compare(print, await requestPaper(request(), 'd'.repeat(64)))).toEqual({ same: false, page: 1 });
    expect(compare(print, await requestPaper(request('Nguyễn Văn An', 160), sha256))).toMatchObject({ same: false });
    expect(compare(print, await requestPaper({ ...request(), from: { ...agency, name: 'Nơi khác' } }, sha256)).same).toBe(false);
    expect(compare(print, Buffer.from('%PDF-1.7 nothing'))).toEqual({ same: false });
  });

  test('packed by another machine it is still the same; with a font that draws other letters it is not', async () => {
    const print = await requestPaper(request(), sha256);
    const file = openPdf(memorySource(print), { inflate: nodeInflate, mode: 'strict' });
    const repacked = (change: (bytes: Uint8Array, n: number) => Uint8Array) => {
      const parts: Buffer[] = [Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1')];
      const offsets: number[] = [];
      const size = file.last.own.size;
      for (let num = 1; num < size; num += 1) {
        offsets.push(Buffer.concat(parts).length);
        const { start, end } = file.last.location(num)!;
        const object = file.last.object(num);
        const whole = Buffer.from(print.slice(start, end)).toString('latin1');
        if (!isStream(object) || !whole.includes('/FlateDecode')) parts.push(Buffer.from(`${whole}\n`, 'latin1'));
        else {
          const bytes = deflateSync(change(file.last.decodeStream(object, 1 << 26), num), { level: 1 });
          const head = whole.slice(0, whole.indexOf('stream\n')).replace(/\/Length \d+/, `/Length ${bytes.length}`);
          parts.push(Buffer.from(`${head}stream\n`, 'latin1'), bytes, Buffer.from('\nendstream\nendobj\n'));
        }
      }
      const at = Buffer.concat(parts).length;
      const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
      const tail = `xref\n0 ${size}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${size} /Root 1 0 R /Info 3 0 R >>\nstartxref\n${at}\n%%EOF\n`;
      return Buffer.concat([...parts, Buffer.from(tail)]);
    };
    const again = repacked((bytes) => bytes);
    expect(Buffer.from(again).equals(Buffer.from(print))).toBe(false);
    expect(compare(print, again)).toEqual({ same: true });
    const font = [...Array(file.last.own.size).keys()].filter((num) => {
      const object = file.last.object(num);
      return isStream(object) && object.dict.entries.has('Length1');
    })[0]!;
    const drawn = repacked((bytes, num) => {
      if (num !== font) return bytes;
      const copy = bytes.slice();
      copy[copy.length - 1]! ^= 1;
      return copy;
    });
    expect(compare(print, drawn)).toMatchObject({ same: false });
  });

  test('with something beside its pages is another paper: an update behind it, a script, a box moved', async () => {
    const print = await requestPaper(request(), sha256);
    const last = Buffer.from(print).toString('latin1');
    const at = Number(/startxref\n(\d+)/.exec(last)![1]);
    const update = `7 0 obj\n<< /Type /Page >>\nendobj\nxref\n7 1\n${String(print.length).padStart(10, '0')} 00000 n \ntrailer\n<< /Size 7 /Root 1 0 R /Prev ${at} >>\nstartxref\n${print.length + 43}\n%%EOF\n`;
    expect(compare(print, Buffer.concat([print, Buffer.from(update)])).same).toBe(false);
    expect(compare(print, with_(print, '/Lang (vi-VN)', '/AA 999 0 R  ')).same).toBe(false);
    expect(compare(print, with_(print, '/MediaBox [0 0 841', '/MediaBox [0 9 841')).same).toBe(false);
  });

  // Whoever signs or receives with an older version makes the older print: a change of these pages is a new paper beside this one.
  test('does not change from version to version', async () => {
    const print = openPdf(memorySource(await requestPaper(request('Nguyễn Văn An', 2), sha256)), {
      inflate: nodeInflate,
      mode: 'strict',
    });
    const hash = createHash('sha256');
    for (let num = 1; num < print.last.own.size; num += 1) {
      const object = print.last.object(num);
      if (isStream(object)) hash.update(print.last.decodeStream(object, 1 << 26));
    }
    expect(hash.digest('hex')).toBe('fc4b818222f14957e9937debb3e8b9fbd7c2c16712cfc7356c9269fb9a9256ff');
  });
});
