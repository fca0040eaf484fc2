import { nodeCrypto } from '@antin/adapters/crypto/node';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { FormatFault } from '@antin/formats/fault';
import { normaliseBer } from '@antin/pki/cms/ber';
import { parseSignedData } from '@antin/pki/cms/signed-data';
import type { SignedData } from '@antin/pki/cms/signed-data';
import { parseCrl } from '@antin/pki/crl/parse';
import { digestOf } from '@antin/pki/crypto';
import { PkiFault } from '@antin/pki/fault';
import { OID } from '@antin/pki/oids';
import { parseOcspResponse } from '@antin/pki/ocsp/response';
import { parseTimeStampResponse } from '@antin/pki/tsp/response';
import { parseTimeStampToken } from '@antin/pki/tsp/token';
import { signatureAlgorithmOf } from '@antin/pki/x509/algorithm';
import type { AlgorithmIdentifier } from '@antin/pki/x509/algorithm';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { nameText } from '@antin/pki/x509/name';
import type { Structure } from './inspect-structure.ts';

/** The first reading that fits: certificate, CMS or token, CRL, OCSP response, time-stamp response. */
export function inspectPki(der: Uint8Array): Structure | undefined {
  for (const read of READERS) {
    try {
      return read(der);
    } catch (error) {
      if (!(error instanceof FormatFault) && !(error instanceof PkiFault)) throw error;
    }
  }
  return undefined;
}

const READERS: readonly ((der: Uint8Array) => Structure)[] = [
  (der) => ({ kind: 'certificate', ...describeCertificate(parseCertificate(der)) }),
  (der) => ({ kind: 'CMS', ...describeCms(parseSignedData(normaliseBer(der).der)) }),
  (der) => describeCrl(der),
  (der) => describeOcsp(der),
  (der) => {
    const response = parseTimeStampResponse(der);
    const token = response.token === undefined ? {} : { token: describeCms(parseSignedData(response.token)) };
    return { kind: 'time-stamp response', status: response.status, ...token };
  },
];

function describeCertificate(one: Certificate): Structure {
  return {
    subject: nameText(one.subject),
    issuer: nameText(one.issuer),
    serial: one.serialHex,
    'valid from': iso(one.notBefore),
    'valid to': iso(one.notAfter),
    'signed with': algorithm(one.signatureAlgorithm),
    'public key': one.publicKeyAlgorithm.oid,
    ca: one.basicConstraints?.ca ?? false,
    ...(one.keyUsage === undefined ? {} : { 'key usage': [...one.keyUsage].join(' ') }),
    ...(one.extKeyUsage === undefined ? {} : { 'extended key usage': one.extKeyUsage.join(' ') }),
    'crl at': one.crlDistributionPoints.flatMap((point) => [...point.urls]),
    'ocsp at': [...one.authorityInfoAccess.ocsp],
    'sha-256': toHex(digestOf(nodeCrypto, 'SHA-256', one.raw)),
  };
}

/** SignedData with its signers; a time-stamp token shows its TSTInfo too. */
export function describeCms(data: SignedData): Structure {
  return {
    content: data.eContentType === OID.idCtTstInfo ? 'time-stamp' : data.eContentType,
    attached: data.eContent !== undefined,
    ...(data.eContentType === OID.idCtTstInfo ? { 'time-stamp': describeToken(data.raw) } : {}),
    certificate: data.certificates.map((raw) => readable(() => describeCertificate(parseCertificate(raw)))),
    crls: data.crls.length,
    signer: data.signerInfos.map((signer): Structure => ({
      by: signer.sid.kind === 'ski' ? `key ${toHex(signer.sid.keyIdentifier)}` : `serial ${toHex(signer.sid.serialNumber)}`,
      digest: signer.digestAlgorithm.oid,
      'signed with': algorithm(signer.signatureAlgorithm),
      'signed attributes': (signer.signedAttrs?.list ?? []).map((one) => nameOfAttribute(one.oid)),
      'unsigned attributes': signer.unsignedAttrs.map((one) => nameOfAttribute(one.oid)),
    })),
  };
}

function describeToken(raw: Uint8Array): Structure {
  return readable(() => {
    const { info } = parseTimeStampToken(raw);
    return {
      time: new Date(info.genTime).toISOString(),
      policy: info.policy,
      imprint: `${info.messageImprint.digest ?? 'unknown digest'} ${toHex(info.messageImprint.hash)}`,
      serial: toHex(info.serialNumber),
    };
  });
}

function describeCrl(der: Uint8Array): Structure {
  const crl = parseCrl(der);
  return {
    kind: 'CRL',
    issuer: nameText(crl.issuer),
    'this update': iso(crl.thisUpdate),
    'next update': crl.nextUpdate === undefined ? '(none)' : iso(crl.nextUpdate),
    number: crl.crlNumber === undefined ? '(none)' : String(crl.crlNumber),
    delta: crl.deltaBase !== undefined,
    revoked: crl.entryCount,
    'signed with': algorithm(crl.signatureAlgorithm),
  };
}

function describeOcsp(der: Uint8Array): Structure {
  const { status, basic } = parseOcspResponse(der);
  if (basic === undefined) return { kind: 'OCSP response', status };
  return {
    kind: 'OCSP response',
    status,
    produced: iso(basic.producedAt),
    'signed with': algorithm(basic.signatureAlgorithm),
    answer: basic.responses.map((one): Structure => ({
      serial: toHex(one.certId.serialNumber),
      status: one.status.kind,
      ...(one.status.kind === 'revoked' ? { at: iso(one.status.at) } : {}),
      'this update': iso(one.thisUpdate),
      'next update': one.nextUpdate === undefined ? '(none)' : iso(one.nextUpdate),
    })),
  };
}

const ATTRIBUTES = new Map(Object.entries(OID).map(([name, oid]) => [oid as string, name]));

function nameOfAttribute(oid: string): string {
  return ATTRIBUTES.get(oid) ?? oid;
}

function algorithm(id: AlgorithmIdentifier): string {
  const known = signatureAlgorithmOf(id);
  if (known === undefined) return ATTRIBUTES.get(id.oid) ?? id.oid;
  return known.scheme === 'ed25519' ? known.scheme : `${known.scheme} ${known.digest}`;
}

function readable(read: () => Structure): Structure {
  try {
    return read();
  } catch (error) {
    if (error instanceof FormatFault || error instanceof PkiFault) return { unreadable: `${error.code}: ${error.message}` };
    throw error;
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
