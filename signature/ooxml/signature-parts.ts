import { SignatureFault } from '../fault.ts';
import { CONTENT_TYPE, RELATION } from './names.ts';
import type { OoxmlPackage, OoxmlPart } from './package.ts';

/**
 * The signature origin, from which all signatures are found (ECMA-376 Part 2 §13.2.1); undefined when nothing is signed.
 *
 * @throws {SignatureFault} `ooxml.origin` when readers could find different ones
 */
export function originOf(file: OoxmlPackage): OoxmlPart | undefined {
  const found = file.relationships.filter((one) => one.type === RELATION.origin);
  const [one, ...more] = found;
  if (one === undefined) return undefined;
  const part = one.part === undefined ? undefined : file.part(one.part);
  if (more.length > 0 || one.source !== '/' || part?.contentType !== CONTENT_TYPE.origin) {
    throw new SignatureFault('ooxml.origin', 'the package does not lead to exactly one signature origin');
  }
  return part;
}

/**
 * The signature parts that the origin leads to, in the order of its relationships.
 *
 * @throws {SignatureFault} `ooxml.origin` when it leads to something else, or a signature part is there that it does not lead to
 */
export function signatureParts(file: OoxmlPackage): OoxmlPart[] {
  const origin = originOf(file);
  const related = origin === undefined ? [] : (file.relationshipsOf(origin.name)?.relationships ?? []);
  const parts = related
    .filter((one) => one.type === RELATION.signature)
    .map((one) => {
      const part = one.part === undefined ? undefined : file.part(one.part);
      if (part?.contentType === CONTENT_TYPE.signature) return part;
      throw new SignatureFault('ooxml.origin', `the signature "${one.target}" is not there or no signature`);
    });
  // Hidden signatures: a signature taken out of sight is as bad as one added.
  const lost = file.parts.find((one) => one.contentType === CONTENT_TYPE.signature && !parts.includes(one));
  if (lost !== undefined) throw new SignatureFault('ooxml.origin', `nothing leads to the signature ${lost.name}`);
  if (new Set(parts).size !== parts.length) throw new SignatureFault('ooxml.origin', 'the origin leads to one signature twice');
  return parts;
}
