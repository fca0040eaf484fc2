import type { DigestAlgorithm } from '@antin/pki/crypto';
import type { RaisingArguments } from '../extend/raising-arguments.ts';
import { readRaising, sortPositionals, timeStampAddress } from '../extend/raising-arguments.ts';
import { UsageFault, oneOf } from '../options.ts';
import type { Form, Packaging } from './forms.ts';
import { FORMS, formNamed, PACKAGINGS } from './forms.ts';
import { forbid, parsed } from './options.ts';
import type { Values } from './options.ts';
import type { PdfArguments } from './pdf-arguments.ts';
import { readPdfArguments } from './pdf-arguments.ts';

/** Where the key is. A secret's file name of `-` means: ask. */
export type KeyPlace =
  | { readonly kind: 'p12'; readonly file: string; readonly passFile: string }
  | {
      readonly kind: 'pkcs11';
      readonly module: string;
      readonly slotLabel: string | undefined;
      /** Left out for readers with a keypad of their own. */
      readonly pinFile: string | undefined;
    };

export type Level = 'B-B' | 'B-T' | 'B-LT' | 'B-LTA';

/** What `antin sign` was asked to do; nothing in it contradicts anything else. */
export interface SignArguments {
  readonly inputs: readonly string[];
  /** One file; or many, each signed by itself, into a folder. */
  readonly to: { readonly kind: 'file'; readonly output: string } | { readonly kind: 'folder'; readonly folder: string };
  readonly json: boolean;
  readonly force: boolean;
  readonly key: KeyPlace;
  readonly alias: string | undefined;
  readonly chain: readonly string[];
  readonly profile: 'practice' | 'production';
  /** Undefined: the content decides. */
  readonly format: Form | undefined;
  readonly packaging: Packaging | undefined;
  readonly digest: DigestAlgorithm | undefined;
  readonly pss: boolean;
  readonly mimeType: string | undefined;
  readonly level: Level;
  /** There is one above B-B. */
  readonly tsa: string | undefined;
  readonly raising: RaisingArguments;
  /** The data of a detached signature that gets one more. */
  readonly detached: readonly string[];
  readonly pdf: PdfArguments;
  /** Of the password that opens an encrypted PDF. */
  readonly openPassFile: string | undefined;
}

const DIGESTS: readonly DigestAlgorithm[] = [
  'SHA-256',
  'SHA-384',
  'SHA-512',
  'SHA3-256',
  'SHA3-384',
  'SHA3-512',
  // Named so that the policy, not the spelling, refuses them.
  'SHA-224',
  'SHA-1',
];

/**
 * @returns undefined when help was asked for
 * @throws {UsageFault}
 */
export function readSignArguments(argv: readonly string[], env: NodeJS.ProcessEnv): SignArguments | undefined {
  const { values, tokens } = parsed(argv);
  if (values.help === true) return undefined;
  const sorted = sortPositionals(tokens, new Set(['chain', 'detached']));
  const [input] = sorted.files;
  if (input === undefined) throw new UsageFault('which file? It stands before the options: antin sign IN -o OUT …');
  const { output, 'out-dir': folder } = values;
  if (output === undefined && folder === undefined) throw new UsageFault('where to? -o OUT is missing, or --out-dir for many');
  if (output !== undefined && folder !== undefined) throw new UsageFault('-o OUT or --out-dir, not both');
  if ([...sorted.files, output].includes('-')) throw new UsageFault('"-" is no file: documents are read and written by name');
  const format = formatOf(values.format);
  const raising = readRaising(sorted);
  const { level, tsa } = levelOf(values, raising);
  const { mimetype } = values;
  if (mimetype !== undefined && !/^[\w.+-]+\/[\w.+-]+$/.test(mimetype)) {
    throw new UsageFault(`--mimetype needs a media type such as text/plain, not "${mimetype}"`);
  }
  return {
    inputs: sorted.files,
    to: folder === undefined ? { kind: 'file', output: output as string } : { kind: 'folder', folder },
    json: values.json === true,
    force: values.force === true,
    key: keyPlace(values),
    alias: values.alias,
    chain: values.chain ?? [],
    profile: oneOf(values.profile ?? (env['ANTIN_PROFILE'] || 'practice'), ['practice', 'production'], '--profile'),
    format,
    packaging: packagingOf(values.packaging, format),
    digest: values.digest === undefined ? undefined : digestNamed(values.digest),
    pss: values.pss === true,
    mimeType: mimetype,
    level,
    tsa,
    raising,
    detached: values.detached ?? [],
    pdf: readPdfArguments(values),
    openPassFile: openPassFile(values),
  };
}

function formatOf(name: string | undefined): Form | undefined {
  if (name === undefined) return undefined;
  const form = formNamed(name);
  if (form === undefined) throw new UsageFault(`--format is one of ${FORMS.join(', ')}, not "${name}"`);
  return form;
}

function packagingOf(name: string | undefined, format: Form | undefined): Packaging | undefined {
  if (name === undefined) return undefined;
  if (format === undefined) throw new UsageFault('--packaging needs --format');
  const allowed: readonly Packaging[] = PACKAGINGS[format];
  if (allowed.length === 0) throw new UsageFault(`${format} has only one packaging: leave --packaging out`);
  return oneOf(name.toLowerCase(), allowed, '--packaging');
}

function digestNamed(name: string): DigestAlgorithm {
  const plain = (text: string) => text.toUpperCase().replaceAll('-', '');
  const found = DIGESTS.find((one) => plain(one) === plain(name));
  if (found === undefined) throw new UsageFault(`--digest is one of ${DIGESTS.slice(0, 6).join(', ')}, not "${name}"`);
  return found;
}

function levelOf(values: Values, raising: RaisingArguments): Pick<SignArguments, 'level' | 'tsa'> {
  const { tsa } = values;
  const level = oneOf(values.level ?? (tsa === undefined ? 'B-B' : 'B-T'), ['B-B', 'B-T', 'B-LT', 'B-LTA'], '--level');
  if (level !== 'B-B' && tsa === undefined) throw new UsageFault(`--level ${level} needs --tsa URL`);
  if (level === 'B-B' && tsa !== undefined) throw new UsageFault('--level B-B carries no time-stamp: leave --tsa out');
  const { offline, ...lists } = raising;
  if (level === 'B-LT' || level === 'B-LTA') {
    if (raising.trust.length === 0) throw new UsageFault(`--level ${level} needs trusted roots: --trust FILE…`);
  } else if (offline || Object.values(lists).some((one) => one.length > 0)) {
    throw new UsageFault(`trust and evidence (--trust, --crl …) mean nothing at level ${level}`);
  }
  return { level, tsa: tsa === undefined ? undefined : timeStampAddress(tsa) };
}

function openPassFile(values: Values): string | undefined {
  const file = values['open-pass-file'];
  if (file === '-' && (values['pass-file'] === '-' || values['pin-file'] === '-')) {
    throw new UsageFault('"-" asks for one secret only: name a file for the other');
  }
  return file;
}

function keyPlace(values: Values): KeyPlace {
  const { p12, pkcs11: module } = values;
  if (p12 !== undefined && module !== undefined) throw new UsageFault('--p12 or --pkcs11, not both');
  if (p12 !== undefined) {
    forbid(values, ['slot', 'pin-file'], '--p12');
    const passFile = values['pass-file'];
    if (passFile === undefined) throw new UsageFault('--p12 needs --pass-file FILE ("-" asks)');
    return { kind: 'p12', file: p12, passFile };
  }
  if (module === undefined) throw new UsageFault('which key? --p12 FILE or --pkcs11 MODULE');
  forbid(values, ['pass-file'], '--pkcs11');
  return { kind: 'pkcs11', module, slotLabel: values.slot, pinFile: values['pin-file'] };
}
