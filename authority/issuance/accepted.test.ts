import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import type { KeyKind } from '@antin/pki/crypto';
import { lintCertificate } from '@antin/pki/lint/lint';
import { LINT_PKIX, LINT_QUALIFIED_PERSON } from '@antin/pki/lint/profiles';
import { buildPaths } from '@antin/pki/path/build';
import { validatePath } from '@antin/pki/path/validate';
import { encodePem } from '@antin/pki/pem';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { opensslVersion } from '@antin/testkit/openssl';
import { PROFILES, SUBSCRIBER_PROFILES } from '../profiles/table.ts';
import type { ProfileName } from '../profiles/profile.ts';
import { caForTests } from './ca-for-tests.ts';
import { drafts } from './draft.ts';
import type { Order } from './draft.ts';
import { signDraft } from './sign.ts';

const NOW = Date.parse('2026-03-02T02:00:00Z');
const folder = mkdtempSync(join(tmpdir(), 'antin-accepted-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const certtool = spawnSync('certtool', ['--version']).status === 0;
if (!certtool) console.warn('SKIPPED: certtool is not installed (Debian: gnutls-bin)');

const CA_KINDS: readonly KeyKind[] = ['p-256', 'p-384', 'p-521', 'rsa-3072'];
const SUBJECT_KINDS: readonly KeyKind[] = ['p-256', 'p-384', 'p-521', 'rsa-2048', 'rsa-3072', 'rsa-4096'];
const cas = new Map(CA_KINDS.map((kind) => [kind, caForTests(kind, NOW)]));
const holders = new Map(SUBJECT_KINDS.map((kind) => [kind, nodeSecrets.generateKeyPair(kind).spki]));

const NAMES = [...SUBSCRIBER_PROFILES, 'ocsp', 'tsa'] as const;

function orderOf(profile: (typeof NAMES)[number], spki: Uint8Array): Order {
  const office = { locality: 'Hà Nội', organization: 'SỞ NỘI VỤ', commonName: 'Nguyễn Văn An' };
  switch (profile) {
    case 'citizen':
      return {
        profile,
        spki,
        subject: { surname: 'Nguyễn', givenName: 'Văn An', serialNumber: 'IDCVN-001099012345', commonName: 'Nguyễn Văn An' },
      };
    case 'person':
      return { profile, spki, subject: office, altNames: [{ kind: 'rfc822', value: 'an@noivu.gov.vn' }] };
    case 'device-tls-server':
      return {
        profile,
        spki,
        subject: { ...office, commonName: 'dichvucong.gov.vn' },
        altNames: [{ kind: 'dns', value: 'dichvucong.gov.vn' }],
      };
    case 'device-mail-gateway':
      return { profile, spki, subject: office, altNames: [{ kind: 'rfc822', value: 'vanthu@noivu.gov.vn' }] };
    case 'ocsp':
    case 'tsa':
      return { profile, spki, subject: { organization: 'Ấn Tín thử', commonName: profile } };
    default:
      return { profile, spki, subject: office };
  }
}

async function issued(profile: ProfileName, caKind: KeyKind, holderKind: KeyKind): Promise<Uint8Array> {
  const ca = cas.get(caKind) as NonNullable<ReturnType<typeof cas.get>>;
  const draft = drafts(ca)(orderOf(profile as (typeof NAMES)[number], holders.get(holderKind) as Uint8Array), NOW);
  if (draft.status === 'refused') throw new Error(`${draft.code} ${draft.detail ?? ''}`);
  expect(draft.broken).toEqual([]);
  return signDraft(ca, draft);
}

const PURPOSES = {
  'device-tls-server': 'sslserver',
  'device-tls-client': 'sslclient',
  'device-mail-gateway': 'smimesign',
  tsa: 'timestampsign',
};
const openssl = (args: readonly string[]) =>
  execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** Every profile under the CA of the usual kind, then every kind of CA and of holder once. */
const CASES = [
  ...NAMES.map((profile) => [profile, 'p-256', 'p-256'] as const),
  ...CA_KINDS.slice(1).map((kind) => ['person', kind, 'p-256'] as const),
  ...SUBJECT_KINDS.slice(1).map((kind) => ['organisation', 'p-256', kind] as const),
];

describe('every profile and key', () => {
  test.each(CASES)('%s under %s for %s is valid for our engine and clean for the standards', async (profile, caKind, kind) => {
    const der = await issued(profile, caKind, kind);
    const certificate = parseCertificate(der);
    const root = cas.get(caKind)!.certificate;
    const [path] = buildPaths(certificate, {
      anchors: [{ certificate: root, purposes: ['signer', 'time-stamp'] }],
      candidates: [],
    });
    expect(validatePath(path ?? [], { at: NOW, door: nodeCrypto, purpose: 'any' })).toMatchObject({ status: 'valid' });
    const standards = profile === 'citizen' ? LINT_QUALIFIED_PERSON : LINT_PKIX;
    const worse = lintCertificate(der, standards, nodeCrypto).filter(({ severity }) => severity !== 'info');
    expect(worse).toEqual([]);
    expect(certificate.notAfter).toBeLessThanOrEqual(root.notAfter);
    expect(PROFILES[profile].suspendable).toBe(profile === 'citizen');
  });

  test.skipIf(opensslVersion === undefined || !certtool).each(CASES)(
    'openssl and certtool accept %s under %s for %s',
    async (profile, caKind, kind) => {
      const der = await issued(profile, caKind, kind);
      const file = (name: string, bytes: Uint8Array) => {
        const path = join(folder, `${profile}-${caKind}-${kind}-${name}.pem`);
        writeFileSync(path, encodePem('CERTIFICATE', bytes));
        return path;
      };
      const leaf = file('leaf', der);
      const root = file('root', cas.get(caKind)!.certificate.raw);
      const purpose = (PURPOSES as Partial<Record<string, string>>)[profile];
      const asked = purpose === undefined ? [] : ['-purpose', purpose];
      const said = openssl(['verify', '-x509_strict', '-attime', String(NOW / 1000), '-CAfile', root, ...asked, leaf]);
      expect(said).toContain('OK');
      expect(openssl(['x509', '-in', leaf, '-noout', '-text'])).toContain('X509v3 Authority Key Identifier');
      // certtool knows no other clock than now: it must be satisfied with everything but the day.
      const judged = spawnSync('certtool', ['--verify', '--load-ca-certificate', root, '--infile', leaf], { encoding: 'utf8' });
      const output = judged.stdout + judged.stderr;
      expect(output).toMatch(/Chain verification output: (Verified|.*(expired|not yet activated) certificate)/);
      expect(output).not.toMatch(/insecure|signature in the certificate is invalid|unsupported/i);
      expect(spawnSync('certtool', ['--certificate-info', '--infile', leaf]).status).toBe(0);
    },
    20_000,
  );
});
