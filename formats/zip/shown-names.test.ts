import { concatBytes, indexOfBytes, latin1, utf8 } from '../bytes/bytes.ts';
import { memorySource } from '../bytes/source.ts';
import { FormatFault } from '../fault.ts';
import { zip } from '@antin/testkit/attacks/zip';
import { expect, it } from 'vitest';
import { crc32 } from './crc32.ts';
import { openZip } from './reader.ts';

const DATA = '/etc/passwd';

function codeOf(bytes: Uint8Array): string {
  try {
    return openZip(memorySource(bytes), { inflateRaw: (deflated) => deflated })
      .entries.map((one) => one.name)
      .join();
  } catch (fault) {
    if (fault instanceof FormatFault) return fault.code;
    throw fault;
  }
}

/** Info-ZIP Unicode Path. */
function unicodePath(plain: string, shown: string): Uint8Array {
  const name = utf8(shown);
  const crc = crc32(utf8(plain));
  const head = [0x75, 0x70, name.length + 5, 0, 1, crc & 255, (crc >>> 8) & 255, (crc >>> 16) & 255, crc >>> 24];
  return concatBytes(Uint8Array.from(head), name);
}

/** The archive with an extra field in its one central header. */
function withCentralExtra(bytes: Uint8Array, extra: Uint8Array): Uint8Array {
  const at = indexOfBytes(bytes, latin1('PK\x01\x02'));
  const end = indexOfBytes(bytes, latin1('PK\x05\x06'));
  const out = concatBytes(bytes.subarray(0, end), extra, bytes.subarray(end));
  const view = new DataView(out.buffer);
  view.setUint16(at + 30, extra.length, true);
  view.setUint32(end + extra.length + 12, end - at + extra.length, true);
  return out;
}

it('a name in an extra field that is another than the plain one is refused, in either header', () => {
  const other = Uint8Array.of(0x55, 0x54, 1, 0, 0);
  for (const [shown, answer] of [
    ['b.exe', 'zip.headers-differ'],
    ['a.txt', 'a.txt'],
  ] as const) {
    const extra = concatBytes(other, unicodePath('a.txt', shown));
    expect(codeOf(zip([{ name: 'a.txt', data: DATA, extra }]))).toBe(answer);
    expect(codeOf(withCentralExtra(zip([{ name: 'a.txt', data: DATA }]), extra))).toBe(answer);
  }
});

it('a symbolic link is refused, a file made by Unix is not', () => {
  const bytes = zip([{ name: 'a.txt', data: DATA }]);
  const at = indexOfBytes(bytes, latin1('PK\x01\x02'));
  const made = (mode: number, by = 3): Uint8Array => {
    const out = bytes.slice();
    out[at + 5] = by;
    new DataView(out.buffer).setUint16(at + 40, mode, true);
    return out;
  };
  expect(codeOf(made(0o120777))).toBe('zip.unsupported');
  expect(codeOf(made(0o100644))).toBe('a.txt');
  expect(codeOf(made(0o120777, 0))).toBe('a.txt');
});
