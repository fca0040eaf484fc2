import { nodeInflate } from '@antin/adapters/inflate/node';
import { parseJson } from '@antin/formats/json/scan';
import { withXml } from '@antin/formats/xml/document';
import { readJws } from '@antin/signature/jades/jws';
import { openForUpdate } from '@antin/signature/pades/prepare';
import { prepare as asic } from './asic.ts';
import { dataOf, prepare as cades } from './cades.ts';
import { SignFault } from './fault.ts';
import type { Form } from './forms.ts';
import { prepare as jades, requireRoom } from './jades.ts';
import type { Document, Making, Prepare, Prepared } from './making.ts';
import { onlyFile, wholeOf } from './making.ts';
import { prepare as pades } from './pades.ts';
import { prepare as xades } from './xades.ts';

const PREPARE: Readonly<Record<Form, Prepare>> = {
  PAdES: pades,
  CAdES: cades,
  XAdES: xades,
  'ASiC-E': asic,
  'ASiC-S': asic,
  JAdES: jades,
  OOXML: () => {
    throw new SignFault('sign.format-not-available', 'OOXML packages cannot be signed yet; ASiC-E holds any file');
  },
};

const LOOK: Readonly<Partial<Record<Form, (document: Document, stamped: boolean) => void>>> = {
  PAdES: (document) => void openForUpdate(onlyFile(document).source, nodeInflate),
  CAdES: (document) => void dataOf(document),
  XAdES(document) {
    if (document.choice.packaging === 'enveloped') withXml(wholeOf(onlyFile(document)), () => true);
  },
  JAdES(document, stamped) {
    requireRoom(document, stamped);
    if (document.choice.contents === 'json') parseJson(wholeOf(onlyFile(document)));
    if (document.choice.joins) readJws(wholeOf(onlyFile(document)));
  },
};

/** What can be refused before anybody is asked for a secret is refused then. */
export function look(document: Document, stamped: boolean): void {
  LOOK[document.choice.form]?.(document, stamped);
}

/** @throws what the form's own room throws */
export function prepareDocument(document: Document, making: Making): Prepared {
  return PREPARE[document.choice.form](document, making);
}
