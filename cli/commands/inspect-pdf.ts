import type { ByteSource, Inflate } from '@antin/formats/bytes/source';
import { FormatFault } from '@antin/formats/fault';
import { openPdf } from '@antin/formats/pdf/file';
import { isArray, isName, isString } from '@antin/formats/pdf/objects';
import { openCms } from '@antin/signature/validation/cms-container';
import { readCoverage } from '@antin/signature/validation/pdf/byte-range';
import { hasDss } from '@antin/signature/validation/pdf/dss';
import { findSignatures } from '@antin/signature/validation/pdf/find-signatures';
import type { Structure } from './inspect-structure.ts';
import { describeCms } from './inspect-pki.ts';

/** Revisions, objects changed by each, and signatures of a PDF as they are, without a judgement. */
export function inspectPdf(source: ByteSource, inflate: Inflate): Structure {
  const file = openPdf(source, { inflate, mode: 'strict' });
  return {
    kind: 'PDF',
    version: file.version,
    size: source.size,
    pages: count(() => file.last.pages().length),
    revision: file.revisions.map((one) => ({
      bytes: `${one.start}..${one.end}`,
      startxref: one.startxref,
      'cross-reference': one.kind,
      objects: [...one.own.keys()].filter((num) => one.own.get(num)?.kind !== 'free').length,
      dss: hasDss(one),
    })),
    signature: findSignatures(file).map((found): Structure => {
      const coverage = readCoverage(file, found.dict);
      const text = (key: string): string => {
        const value = found.dict.entries.get(key);
        return isName(value) ? value.value : '';
      };
      const range = found.dict.entries.get('ByteRange');
      const contents = found.dict.entries.get('Contents');
      const cms = isString(contents) ? openCms(contents.bytes, true).data : undefined;
      return {
        object: `${found.num} 0 R`,
        field: found.field?.fullName ?? '(none)',
        Filter: text('Filter'),
        SubFilter: text('SubFilter'),
        ByteRange: isArray(range) ? range.items.join(' ') : '(none)',
        coverage: coverage.coverage,
        revision: coverage.revision + 1,
        faults: [...found.faults, ...coverage.faults].map((one) => `${one.code}: ${one.message}`),
        ...(cms === undefined ? {} : { cms: describeCms(cms) }),
      };
    }),
  };
}

function count(read: () => number): number | string {
  try {
    return read();
  } catch (error) {
    if (error instanceof FormatFault) return `${error.code}: ${error.message}`;
    throw error;
  }
}
