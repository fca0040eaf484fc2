import type { Certificate } from '@antin/pki/x509/certificate';
import { commonName } from '@antin/pki/x509/name';
import type { Contents } from './contents.ts';
import type { Document, Prepared } from './making.ts';
import { onlyFile } from './making.ts';

export interface Signed {
  readonly output: string;
  readonly document: Pick<Document, 'choice'>;
  readonly prepared: Pick<Prepared, 'detail'>;
  readonly certificate: Certificate;
  readonly level: string;
  readonly sha256: string;
}

/** One line that says what was done. */
export function lineOf({ output, document, prepared, certificate, level }: Signed): string {
  const { form, packaging, joins } = document.choice;
  const how = joins ? 'beside the signatures that are there' : packaging;
  return `${output}: ${[`${form} ${level}`, holderOf(certificate), how, prepared.detail].filter((part) => part !== undefined).join(', ')}`;
}

/** The same for programs: one JSON object a line. */
export function jsonOf(inputs: readonly string[], signed: Signed): Readonly<Record<string, unknown>> {
  const { output, document, level, certificate, sha256 } = signed;
  const { form: format, packaging = null, joins } = document.choice;
  const signer = { name: holderOf(certificate), serialNumber: certificate.serialHex };
  return { status: 'signed', inputs, output, sha256, format, packaging, joins, level, signer };
}

const KINDS: Readonly<Record<Contents, string>> = {
  pdf: 'a PDF',
  cms: 'a CMS file',
  'ASiC-E': 'a container',
  'ASiC-S': 'a container',
  ooxml: 'an Office file',
  xml: 'XML',
  jws: 'a JSON signature',
  json: 'JSON',
  other: 'of no kind with signatures of its own',
};

/** Why this format, when nobody chose it. */
export function whyOf(document: Document): string {
  const { form, packaging, contents, joins } = document.choice;
  const what = contents === undefined ? 'several files are given' : `${onlyFile(document).name} is ${KINDS[contents]}`;
  const how = joins ? `${form}, one more signature` : packaging === undefined ? form : `${form} ${packaging}`;
  return `${what}: ${how} (--format chooses another)`;
}

function holderOf(certificate: Certificate): string {
  return commonName(certificate.subject) ?? `serial number ${certificate.serialHex}`;
}
