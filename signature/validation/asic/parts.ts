import type { ByteSource } from '@antin/formats/bytes/source';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { FormatFault } from '@antin/formats/fault';
import { ZIP_BUDGET } from '@antin/formats/zip/reader';
import type { InflateRaw, ZipBudget, ZipEntry } from '@antin/formats/zip/reader';
import type { CryptoDoor, DigestAlgorithm } from '@antin/pki/crypto';
import type { AsicContainer } from '../../asic/container.ts';
import { contentDigest } from '../../asic/cms-manifest.ts';
import { META_INF, MIMETYPE } from '../../asic/names.ts';
import type { Finding } from '../types.ts';

/** One compressed entry is in memory at a time, so it is smaller than what making allows. */
export const JUDGING_BUDGET: ZipBudget = { ...ZIP_BUDGET, inflatedBytes: 64 << 20 };

/** Where no door to raw deflate is given. @throws {FormatFault} `inflate.unavailable` */
export const noInflate: InflateRaw = () => {
  throw new FormatFault('inflate.unavailable', 'compressed entries cannot be read here');
};

/** Faults that say that we could not look, not that the file is wrong. */
export const UNDECIDED: ReadonlySet<string> = new Set([
  ...['zip.budget', 'zip.too-many-entries', 'zip.unsupported', 'zip.encrypted', 'inflate.unavailable'],
]);

/** The entries of a container by name; a damaged one is not there, and said once. */
export class AsicParts {
  readonly #container: AsicContainer;
  readonly #door: CryptoDoor;
  readonly #digests = new Map<string, string>();
  readonly #refused = new Map<string, FormatFault>();
  /** The last one that was opened, and its CRC checked; only one inflated entry is held. */
  #last: { readonly name: string; readonly content: ByteSource } | undefined;

  readonly #byNormalName: ReadonlyMap<string, ZipEntry>;

  constructor(container: AsicContainer, door: CryptoDoor) {
    this.#container = container;
    this.#door = door;
    this.#byNormalName = new Map(container.zip.entries.map((one) => [one.name.normalize('NFC'), one]));
  }

  /** @param name as in the archive, or its NFC form: no two entries share it */
  content(name: string): ByteSource | undefined {
    const { zip } = this.#container;
    const exact = zip.entry(name) ?? this.#byNormalName.get(name.normalize('NFC'));
    if (exact === undefined || exact.folder || this.#refused.has(exact.name)) return undefined;
    if (this.#last?.name === exact.name) return this.#last.content;
    try {
      const content = zip.content(exact);
      this.#last = { name: exact.name, content };
      return content;
    } catch (error) {
      if (!(error instanceof FormatFault)) throw error;
      this.#refused.set(exact.name, error);
      return undefined;
    }
  }

  /** Hexadecimal; each entry is digested once for each algorithm. */
  digest(name: string, algorithm: DigestAlgorithm): string | undefined {
    const key = `${algorithm} ${name.normalize('NFC')}`;
    const known = this.#digests.get(key);
    if (known !== undefined) return known;
    const content = this.content(name);
    if (content === undefined) return undefined;
    const hex = toHex(contentDigest(content, algorithm, this.#door));
    this.#digests.set(key, hex);
    return hex;
  }

  bytes(name: string): Uint8Array | undefined {
    const content = this.content(name);
    return content?.read(0, content.size);
  }

  /** Everything that is no folder, not the mimetype and not the container's own bookkeeping: what people open. */
  get dataFiles(): readonly string[] {
    return this.#container.zip.entries
      .filter(({ name, folder }) => !folder && name !== MIMETYPE && !isBookkeeping(name))
      .map((one) => one.name);
  }

  /** What could not be read, each once. */
  get findings(): { readonly errors: readonly Finding[]; readonly doubts: readonly Finding[] } {
    const all = [...this.#refused].map(([name, fault]) => ({ fault, finding: entryFinding(name, fault) }));
    return {
      errors: all.filter(({ fault }) => !UNDECIDED.has(fault.code)).map((one) => one.finding),
      doubts: all.filter(({ fault }) => UNDECIDED.has(fault.code)).map((one) => one.finding),
    };
  }
}

function entryFinding(name: string, fault: FormatFault): Finding {
  const offset = fault.offset === undefined ? {} : { offset: fault.offset };
  return { code: fault.code, clause: 'EN 319 162-1 A.1', message: `"${name}": ${fault.message}`, ...offset };
}

/** EN 319 162-1 clauses 4.3.3 and 4.4.3, UCF 3.5. A folder written `meta-inf`, or any other name in it, is a place to hide. */
function isBookkeeping(name: string): boolean {
  return name.startsWith(META_INF) && KNOWN.test(name.slice(META_INF.length));
}

const KNOWN =
  /^(container\.xml|manifest\.xml|metadata\.xml|[^/]*signatures[^/]*\.xml|[^/]*signature[^/]*\.p7s|ASiC(Archive|EvidenceRecord)?Manifest[^/]*\.xml|[^/]*timestamp[^/]*\.tst|[^/]*evidencerecord[^/]*\.(ers|xml))$/i;
