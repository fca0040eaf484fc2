import { nodeInflate } from '@antin/adapters/inflate/node';
import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import { FormatFault } from '@antin/formats/fault';
import { parseJson } from '@antin/formats/json/scan';
import type { PdfDecryption } from '@antin/formats/pdf/encryption';
import { withXml } from '@antin/formats/xml/document';
import { XML_BUDGET } from '@antin/formats/xml/scan';
import { SignatureFault } from '@antin/signature/fault';
import { readJws } from '@antin/signature/jades/jws';
import { requireHoldable } from '@antin/signature/making/require-holdable';
import { openOoxml } from '@antin/signature/ooxml/package';
import { openForUpdate } from '@antin/signature/pades/prepare';
import type { Level } from './arguments.ts';
import { prepare as asic } from './asic.ts';
import { dataOf, prepare as cades } from './cades.ts';
import type { Form } from './forms.ts';
import { prepare as jades, requireRoom } from './jades.ts';
import type { Document, Making, Prepare, Prepared } from './making.ts';
import { onlyFile, wholeOf } from './making.ts';
import { prepare as ooxml } from './ooxml.ts';
import { prepare as pades } from './pades.ts';
import { prepare as xades } from './xades.ts';

const PREPARE: Readonly<Record<Form, Prepare>> = {
  PAdES: pades,
  CAdES: cades,
  XAdES: xades,
  'ASiC-E': asic,
  'ASiC-S': asic,
  JAdES: jades,
  OOXML: ooxml,
};

const LOOK: Readonly<Partial<Record<Form, (document: Document, level: Level, decryption: PdfDecryption | undefined) => void>>> = {
  PAdES: (document, _, decryption) => void openForUpdate(onlyFile(document).source, nodeInflate, decryption),
  CAdES: (document) => void dataOf(document),
  XAdES(document) {
    const { packaging } = document.choice;
    const size = document.files.reduce((sum, one) => sum + one.source.size, 0);
    if (packaging === 'enveloping') requireHoldable(size, 'take --packaging detached or --format ASiC-E');
    if (packaging !== 'enveloped') return;
    // Before it is in memory, not by the parser afterwards.
    if (size > XML_BUDGET.bytes) throw new FormatFault('xml.too-large', `more than ${XML_BUDGET.bytes} bytes of XML`);
    withXml(wholeOf(onlyFile(document)), () => true);
  },
  JAdES(document, level) {
    requireRoom(document, level !== 'B-B');
    const { joins, packaging } = document.choice;
    if (!joins && packaging !== 'detached') requireHoldable(onlyFile(document).source.size, 'take --packaging detached');
    if (document.choice.contents === 'json') parseJson(wholeOf(onlyFile(document)));
    if (joins) readJws(wholeOf(onlyFile(document)));
  },
  OOXML(document, level) {
    openOoxml(onlyFile(document).source, { inflateRaw: nodeInflateRaw });
    if (level === 'B-B' || level === 'B-T') return;
    throw new SignatureFault(
      'ooxml.level',
      'Office reads no more than a time-stamp (XAdES-T): --level B-T, or ASiC-E for decades',
    );
  },
};

/** What can be refused before anybody is asked for a secret is refused then. */
export function look(document: Document, level: Level, decryption: PdfDecryption | undefined): void {
  LOOK[document.choice.form]?.(document, level, decryption);
}

/** @throws what the form's own room throws */
export function prepareDocument(document: Document, making: Making): Prepared {
  return PREPARE[document.choice.form](document, making);
}
