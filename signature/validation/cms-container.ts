import { decodeDer } from '@antin/formats/der/reader';
import { FormatFault } from '@antin/formats/fault';
import { normaliseBer } from '@antin/pki/cms/ber';
import { attributesOf, parseSignedData } from '@antin/pki/cms/signed-data';
import type { Attribute, SignedData, SignerInfo } from '@antin/pki/cms/signed-data';
import { PkiFault } from '@antin/pki/fault';
import { OID } from '@antin/pki/oids';
import type { Evidence, Finding } from './types.ts';

export interface OpenedCms {
  readonly data: SignedData | undefined;
  readonly faults: readonly Finding[];
  readonly warnings: readonly Finding[];
}

const CLAUSE = 'RFC 5652 5.1';

/**
 * Reads a CMS that may be BER and may be padded with zero bytes (`/Contents` is reserved larger than needed).
 * Anything but zeros behind it is a fault: it is a place to hide a second structure for another reader.
 */
export function openCms(bytes: Uint8Array, padded: boolean): OpenedCms {
  const faults: Finding[] = [];
  const warnings: Finding[] = [];
  try {
    const { der, consumed, changed } = normaliseBer(bytes);
    if (changed) warnings.push({ code: 'cms.ber', clause: CLAUSE, message: 'the CMS is BER, not DER' });
    if (consumed < bytes.length) {
      if (!padded) faults.push({ code: 'cms.trailing-bytes', clause: CLAUSE, message: 'bytes follow the CMS', offset: consumed });
      else if (!zerosFrom(bytes, consumed)) {
        const message = '/Contents is padded with something else than zero bytes';
        faults.push({ code: 'pdf.padding-not-zero', clause: 'ISO 32000-2 12.8.1', message });
      }
    }
    return { data: parseSignedData(der), faults, warnings };
  } catch (error) {
    if (!(error instanceof FormatFault) && !(error instanceof PkiFault)) throw error;
    faults.push({ code: 'cms.unreadable', clause: CLAUSE, message: `${error.code}: ${error.message}` });
    return { data: undefined, faults, warnings };
  }
}

function zerosFrom(bytes: Uint8Array, start: number): boolean {
  for (let i = start; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
}

const ADOBE_REVOCATION = '1.2.840.113583.1.1.8';

/** Certificates and revocation data a CMS carries, wherever it puts them. */
export function evidenceIn(data: SignedData): Evidence {
  const certificates = [...data.certificates];
  const crls = [...data.crls];
  const ocsps = [...data.ocspResponses];
  for (const signer of data.signerInfos) {
    // adbe-revocationInfoArchival: RevocationInfoArchival ::= SEQUENCE { crl [0] SEQUENCE OF CRL, ocsp [1] SEQUENCE OF OCSPResponse, … }
    for (const attribute of attributesOf(signer.signedAttrs?.list ?? [], ADOBE_REVOCATION)) {
      readSequence(attribute, (node) => {
        if (node.tag !== 0xa0 && node.tag !== 0xa1) return;
        for (const list of node.children()) for (const one of list.children()) (node.tag === 0xa0 ? crls : ocsps).push(one.raw);
      });
    }
    for (const attribute of attributesOf(signer.unsignedAttrs, OID.idAaEtsCertValues)) {
      readSequence(attribute, (node) => certificates.push(node.raw));
    }
  }
  return { certificates, crls, ocsps };
}

type Node = ReturnType<typeof decodeDer>;

function readSequence(attribute: Attribute, each: (node: Node) => void): void {
  for (const value of attribute.values) {
    try {
      for (const node of decodeDer(value).children()) each(node);
    } catch (error) {
      if (!(error instanceof FormatFault)) throw error;
    }
  }
}

/** Tokens of one kind in signed or unsigned attributes. */
export function tokensOf(signer: SignerInfo, oid: string): readonly Uint8Array[] {
  const signed = signer.signedAttrs?.list ?? [];
  return [...attributesOf(signer.unsignedAttrs, oid), ...attributesOf(signed, oid)].flatMap((one) => one.values);
}
