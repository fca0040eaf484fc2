import { UsageFault } from '../options.ts';
import type { SignArguments } from './arguments.ts';
import type { Contents } from './contents.ts';
import { contentsOf } from './contents.ts';
import type { Form, Packaging } from './forms.ts';
import { PACKAGINGS } from './forms.ts';
import type { InputFile } from './input-files.ts';

/** How a document is signed. */
export interface Choice {
  readonly form: Form;
  /** Undefined where the form has only one, or where what is there already decides. */
  readonly packaging: Packaging | undefined;
  /** What the only file is; undefined for several files. */
  readonly contents: Contents | undefined;
  /** The file is signed already, and this signature joins the others. */
  readonly joins: boolean;
}

const BY_CONTENTS: Readonly<Record<Contents, Form>> = {
  pdf: 'PAdES',
  cms: 'CAdES',
  'ASiC-E': 'ASiC-E',
  'ASiC-S': 'ASiC-S',
  ooxml: 'OOXML',
  xml: 'XAdES',
  jws: 'JAdES',
  json: 'JAdES',
  other: 'CAdES',
};

/**
 * The form that was asked for, or the one that fits the contents; several files become one container.
 *
 * @throws {UsageFault} when the form does not take these files
 */
export function choose(files: readonly InputFile[], args: Pick<SignArguments, 'format' | 'packaging'>): Choice {
  const [first] = files;
  const contents = files.length === 1 && first !== undefined ? contentsIn(first, args.format) : undefined;
  const form = args.format ?? (contents === undefined ? 'ASiC-E' : BY_CONTENTS[contents]);
  const joins = contents !== undefined && JOINING[contents]?.(form) === true;
  // A container and a CMS stay what they are; asked for something else, nobody should believe to have got it.
  if (joins && args.packaging !== undefined) {
    throw new UsageFault(`${first?.name} is signed already, and one more signature is packed like those: leave --packaging out`);
  }
  const packaging = joins ? undefined : (args.packaging ?? usual(form, contents));
  requireNumber(form, packaging, files.length);
  return { form, packaging, contents, joins };
}

const BY_NAME: readonly (readonly [RegExp, Contents])[] = [
  [/\.pdf$/i, 'pdf'],
  [/\.(docx|xlsx|pptx)$/i, 'ooxml'],
  [/\.xml$/i, 'xml'],
  [/\.json$/i, 'json'],
];

/** A damaged PDF is not signed as a file of no kind without being asked: its own reader refuses it. */
function contentsIn({ source, name }: InputFile, asked: Form | undefined): Contents {
  const contents = contentsOf(source);
  if (contents !== 'other' || asked !== undefined) return contents;
  return BY_NAME.find(([pattern]) => pattern.test(name))?.[1] ?? 'other';
}

const JOINING: Readonly<Partial<Record<Contents, (form: Form) => boolean>>> = {
  cms: (form) => form === 'CAdES',
  jws: (form) => form === 'JAdES',
  'ASiC-E': (form) => form === 'ASiC-E',
  'ASiC-S': (form) => form === 'ASiC-S',
};

function usual(form: Form, contents: Contents | undefined): Packaging | undefined {
  if (form === 'XAdES' && contents !== 'xml') return contents === undefined ? 'detached' : 'enveloping';
  if (form === 'JAdES' && contents === undefined) return 'detached';
  return PACKAGINGS[form][0];
}

function requireNumber(form: Form, packaging: Packaging | undefined, count: number): void {
  const many = form === 'ASiC-E' || packaging === 'detached' || packaging === 'enveloping';
  if (count > 1 && (!many || form === 'CAdES')) {
    const kind = packaging === undefined ? form : `${form} ${packaging}`;
    throw new UsageFault(`${kind} holds one file, ${count} are given; ASiC-E holds several, --out-dir signs each by itself`);
  }
}
