import type { KeyKind } from '@antin/pki/crypto';
import type { KeyUsageBit } from '@antin/pki/x509/extensions';
import { OID } from '@antin/pki/oids';

/** One key of the test PKI; the profile fixes the extensions, every other field may break something on purpose. */
export interface EntityDescription {
  readonly profile: 'root' | 'ca' | 'person' | 'organisation' | 'ocsp' | 'tsa';
  /** Name of another entity; roots issue themselves. */
  readonly issuer?: string;
  readonly subject: readonly (readonly [type: string, text: string])[];
  readonly key: KeyKind | 'brainpoolP256r1' | 'brainpoolP384r1';
  readonly notBefore?: string;
  readonly notAfter?: string;
  readonly revoked?: { readonly at: string; readonly reason?: number };
  readonly mail?: string;
  /** Instead of the profile's. */
  readonly keyUsage?: readonly KeyUsageBit[];
  readonly extKeyUsage?: readonly string[];
  readonly pathLength?: number;
  /** Ready Extension values behind the profile's. */
  readonly moreExtensions?: readonly Uint8Array[];
  readonly brokenSignature?: boolean;
  /** Its own certificate is signed with SHA-1, as in the first generation of official-duty certificates. */
  readonly sha1?: boolean;
  /** Of an authority: its lists and its own OCSP answers are. */
  readonly sha1Status?: boolean;
  /** Hexadecimal magnitude; default derived from the entity's name. */
  readonly serialHex?: string;
}

export interface PkiDescription {
  /** The test's present. */
  readonly now: string;
  /** Where CRLDP and AIA point; nothing answers there unless a test serves it. */
  readonly baseUrl: string;
  /** Names of the roots that are trusted; other roots exist and are not. */
  readonly trusted: readonly string[];
  /** Policy OID the TSA states. */
  readonly tsaPolicy: string;
  readonly entities: Readonly<Record<string, EntityDescription>>;
}

const vn = (...parts: (readonly [string, string])[]) => [['C', 'VN'], ['O', 'Thử nghiệm Ấn Tín'], ...parts] as const;
const agency = [
  ['C', 'VN'],
  ['L', 'Hà Nội'],
  ['O', 'ỦY BAN NHÂN DÂN TỈNH THỬ NGHIỆM'],
] as const;

/**
 * The usual PKI of the tests, at 2 March 2026, 09:00 in Hanoi: one trusted root, one issuing CA, and people in every state
 * a verifier must tell apart. Change it for one test with `testPki({ ...DEFAULT_PKI, entities: { ...DEFAULT_PKI.entities, … } })`.
 */
export const DEFAULT_PKI: PkiDescription = {
  now: '2026-03-02T02:00:00Z',
  baseUrl: 'http://pki.test',
  trusted: ['root'],
  tsaPolicy: '2.999.1.1',
  entities: {
    root: { profile: 'root', subject: vn(['CN', 'Gốc thử nghiệm']), key: 'p-384', notAfter: '2046-01-01T00:00:00Z' },
    issuing: { profile: 'ca', issuer: 'root', subject: vn(['CN', 'CA cấp phát thử nghiệm']), key: 'p-256', pathLength: 0 },
    issuingRsa: { profile: 'ca', issuer: 'root', subject: vn(['CN', 'CA RSA thử nghiệm']), key: 'rsa-2048', pathLength: 0 },
    ocsp: { profile: 'ocsp', issuer: 'issuing', subject: vn(['CN', 'OCSP thử nghiệm']), key: 'p-256' },
    ocspRsa: { profile: 'ocsp', issuer: 'issuingRsa', subject: vn(['CN', 'OCSP RSA thử nghiệm']), key: 'p-256' },
    tsa: { profile: 'tsa', issuer: 'issuing', subject: vn(['CN', 'TSA thử nghiệm']), key: 'p-256' },
    leader: {
      profile: 'person',
      issuer: 'issuing',
      subject: [...agency, ['OU', 'Văn phòng'], ['CN', 'Nguyễn Văn An']],
      mail: 'nguyenvanan@thunghiem.gov.vn',
      key: 'p-256',
    },
    leaderRsa: {
      profile: 'person',
      issuer: 'issuingRsa',
      subject: [...agency, ['OU', 'Văn phòng'], ['CN', 'Trần Thị Bình']],
      mail: 'tranthibinh@thunghiem.gov.vn',
      key: 'rsa-2048',
    },
    seal: {
      profile: 'organisation',
      issuer: 'issuing',
      subject: [...agency, ['CN', 'ỦY BAN NHÂN DÂN TỈNH THỬ NGHIỆM']],
      key: 'p-256',
    },
    sealRsa: {
      profile: 'organisation',
      issuer: 'issuingRsa',
      subject: [...agency, ['CN', 'SỞ THỬ NGHIỆM']],
      key: 'rsa-2048',
    },
    expired: {
      profile: 'person',
      issuer: 'issuing',
      subject: [...agency, ['CN', 'Lê Hết Hạn']],
      key: 'p-256',
      notBefore: '2021-01-01T00:00:00Z',
      notAfter: '2026-01-01T00:00:00Z',
    },
    notYetValid: {
      profile: 'person',
      issuer: 'issuing',
      subject: [...agency, ['CN', 'Phạm Chưa Đến']],
      key: 'p-256',
      notBefore: '2026-06-01T00:00:00Z',
    },
    revoked: {
      profile: 'person',
      issuer: 'issuing',
      subject: [...agency, ['CN', 'Hoàng Thu Hồi']],
      key: 'p-256',
      revoked: { at: '2026-02-01T00:00:00Z', reason: 1 },
    },
    revokedLater: {
      profile: 'person',
      issuer: 'issuing',
      subject: [...agency, ['CN', 'Đỗ Thu Hồi Sau']],
      key: 'p-256',
      revoked: { at: '2026-09-01T00:00:00Z', reason: 5 },
    },
    wrongEku: {
      profile: 'person',
      issuer: 'issuing',
      subject: [...agency, ['CN', 'Máy chủ thử nghiệm']],
      key: 'p-256',
      extKeyUsage: [OID.serverAuth],
    },
    brokenSignature: {
      profile: 'person',
      issuer: 'issuing',
      subject: [...agency, ['CN', 'Vũ Chữ Ký Hỏng']],
      key: 'p-256',
      brokenSignature: true,
    },
    /** A CA that names itself like the trusted one and is not. */
    foreignRoot: { profile: 'root', subject: vn(['CN', 'Gốc thử nghiệm']), key: 'p-256', notAfter: '2046-01-01T00:00:00Z' },
    unknownIssuer: {
      profile: 'person',
      issuer: 'foreignRoot',
      subject: [...agency, ['CN', 'Người Lạ']],
      key: 'p-256',
    },
    foreignTsa: { profile: 'tsa', issuer: 'foreignRoot', subject: vn(['CN', 'TSA lạ']), key: 'p-256' },
  },
};

const { entities } = DEFAULT_PKI;

/** The life of a document: a second generation of authorities, long after the first. */
export const TWO_GENERATIONS: PkiDescription = {
  ...DEFAULT_PKI,
  entities: {
    ...entities,
    issuing2: { ...entities['issuing']!, subject: vn(['CN', 'CA thứ hai']), notAfter: '2039-01-01T00:00:00Z' },
    tsa2: { ...entities['tsa']!, issuer: 'issuing2', subject: vn(['CN', 'TSA thứ hai']), notAfter: '2038-01-01T00:00:00Z' },
  },
};
