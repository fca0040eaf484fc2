import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { useFolder } from '@antin/testkit/folder';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { signatureAlgorithmOf, signatureAlgorithmIdentifier } from '@antin/pki/x509/algorithm';
import { buildTbsCertificate, certificateFrom } from '@antin/pki/x509/build';
import { commonName } from '@antin/pki/x509/name';
import { parseCertificationRequest } from '@antin/pki/x509/request';
import { startPracticeAgent } from './practice-agent.ts';

const folder = join(useFolder().path, 'agent');
const start = () => startPracticeAgent({ folder, env: { ...process.env, ANTIN_AGENT_OPENER: 'none' } });

/** An authority that believes everybody, after it saw that they have the key. */
function issue(csr: Uint8Array): Uint8Array {
  const request = parseCertificationRequest(csr);
  const algorithm = signatureAlgorithmOf(request.signatureAlgorithm)!;
  expect(nodeCrypto.verify({ spki: request.spki, algorithm, data: request.info, signature: request.signature })).toBe('valid');
  const own = nodeSecrets.generateKeyPair('p-256');
  const identifier = signatureAlgorithmIdentifier({ scheme: 'ecdsa', digest: 'SHA-256' });
  const tbs = buildTbsCertificate({
    serialNumber: Uint8Array.of(7),
    signatureAlgorithm: identifier,
    issuer: request.subject.raw,
    notBefore: Date.UTC(2026, 0, 1),
    notAfter: Date.UTC(2030, 0, 1),
    subject: request.subject.raw,
    spki: request.spki,
    extensions: [],
  });
  return certificateFrom(tbs, identifier, nodeSecrets.sign(own.pkcs8, { scheme: 'ecdsa', digest: 'SHA-256' }, tbs));
}

it('enrols people by its own keys, keeps them closed, and has them after a restart', async () => {
  const first = await start();
  expect(first.held).toEqual([]);
  const requests = await first.enrol([
    {
      key: 'hanh',
      profile: 'person',
      subject: [
        ['C', 'VN'],
        ['CN', 'Nguyễn Thị Hồng Hạnh'],
      ],
    },
    {
      key: 'stc',
      profile: 'organisation',
      subject: [
        ['C', 'VN'],
        ['CN', 'Sở Tài chính tỉnh Nam Hà'],
      ],
    },
  ]);
  const parsed = requests.map(({ csr }) => parseCertificationRequest(csr));
  expect(parsed.map((request) => commonName(request.subject))).toEqual(['Nguyễn Thị Hồng Hạnh', 'Sở Tài chính tỉnh Nam Hà']);
  await first.store(requests.map(({ key, csr }) => ({ key, chain: [issue(csr)] })));
  expect(first.held.map((entry) => entry.key)).toEqual(['hanh', 'stc']);
  await first.stop();
  expect(await first.exited).toBe(0);

  for (const name of readdirSync(folder, { recursive: true }) as string[]) {
    const { mode } = statSync(join(folder, name));
    expect([name, (mode & 0o077).toString(8)]).toEqual([name, '0']);
  }
  const second = await start();
  expect(second.held.map((entry) => entry.key)).toEqual(['hanh', 'stc']);
  expect(second.publicKey).toEqual(first.publicKey);
  // One folder, one agent.
  await expect(start()).rejects.toMatchObject({ code: 'agent.running' });
  await second.stop();
});
