import { FormatFault } from '@antin/formats/fault';
import { base64Binary } from '@antin/formats/xml/base64';
import type { XmlElement } from '@antin/formats/xml/element';
import { PkiFault } from '@antin/pki/fault';
import { parseTimeStampToken } from '@antin/pki/tsp/token';
import { evidenceIn } from '../cms-container.ts';
import { carriedEvidence } from '../embedded-evidence.ts';
import type { Carried, Timed } from '../embedded-evidence.ts';
import type { Sources } from '../sources.ts';
import type { Evidence } from '../types.ts';
import type { XmlStructure } from './structure.ts';
import type { JudgedArchive } from './time-stamps.ts';

/**
 * Certificates and revocation data a signature carries: KeyInfo, CertificateValues, RevocationValues, TimeStampValidationData,
 * AnyValidationData and their kin, and what its time-stamp tokens bring themselves.
 *
 * @param before only what stands before this property
 */
export function evidenceOf({ signature, unsigned }: XmlStructure, before?: XmlElement): Evidence {
  const certificates: Uint8Array[] = [...signature.certificates];
  const crls: Uint8Array[] = [];
  const ocsps: Uint8Array[] = [];
  const take = (element: XmlElement): void => {
    for (const one of element.children) {
      if (before !== undefined && one.start >= before.start) return;
      const value = octets(one);
      if (value !== undefined) {
        if (one.localName === 'EncapsulatedX509Certificate') certificates.push(value);
        else if (one.localName === 'EncapsulatedCRLValue') crls.push(value);
        else if (one.localName === 'EncapsulatedOCSPValue') ocsps.push(value);
        else {
          const own = inToken(value);
          certificates.push(...own.certificates);
          crls.push(...own.crls);
          ocsps.push(...own.ocsps);
        }
      } else take(one);
    }
  };
  if (unsigned !== undefined) take(unsigned);
  return { certificates, crls, ocsps };
}

/** B-LT and B-LTA: does the signature itself carry all that is needed, and is that under an archive time-stamp? */
export function carriedInXml(
  structure: XmlStructure,
  read: Timed,
  time: number,
  stamps: readonly JudgedArchive[],
  sources: Sources,
): Carried {
  const archive = stamps.find((one) => one.passed);
  const evidence = {
    all: [evidenceOf(structure)],
    under: archive === undefined ? [] : [evidenceOf(structure, archive.element)],
  };
  return carriedEvidence(read, time, stamps, archive, evidence, sources);
}

const NAMES: ReadonlySet<string> = new Set([
  'EncapsulatedX509Certificate',
  'EncapsulatedCRLValue',
  'EncapsulatedOCSPValue',
  'EncapsulatedTimeStamp',
]);

function octets(element: XmlElement): Uint8Array | undefined {
  if (!NAMES.has(element.localName)) return undefined;
  try {
    return base64Binary(element.text);
  } catch (fault) {
    if (fault instanceof FormatFault) return undefined;
    throw fault;
  }
}

function inToken(token: Uint8Array): Evidence {
  try {
    return evidenceIn(parseTimeStampToken(token).signedData);
  } catch (fault) {
    if (fault instanceof FormatFault || fault instanceof PkiFault) return { certificates: [], crls: [], ocsps: [] };
    throw fault;
  }
}
