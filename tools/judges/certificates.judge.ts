import { afterAll, describe, expect, it } from 'vitest';
import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { parseCrl } from '@antin/pki/crl/parse';
import { parseOcspResponse } from '@antin/pki/ocsp/response';
import type { BasicOcspResponse } from '@antin/pki/ocsp/response';
import { judgePath } from '@antin/pki/path/judge';
import { encodePem } from '@antin/pki/pem';
import { openssl, opensslVersion } from '@antin/testkit/openssl';
import { pki } from './making/people.ts';

const HOUR = 3_600_000;
const at = pki.now + HOUR;
const seconds = String(at / 1000);
const lists = ['root', 'issuing', 'issuingRsa'].map((name) => pki.crlAt(pki.now, name));
const candidates = ['issuing', 'issuingRsa'].map((name) => pki.certificate(name));
const pem = (...certificates: readonly Uint8Array[]): string =>
  certificates.map((one) => encodePem('CERTIFICATE', one)).join('\n');

/** Every state that a certificate of the practice PKI can be in, and why it is refused. */
const STATES: Readonly<Record<string, string | null>> = {
  leader: null,
  leaderRsa: null,
  rsa3072: null,
  rsa4096: null,
  p384: null,
  p521: null,
  bp256: null,
  bp384: null,
  ed25519: null,
  seal: null,
  tsa: null,
  expired: 'path.expired',
  notYetValid: 'path.not-yet-valid',
  revoked: 'revocation.revoked',
  revokedLater: null,
  brokenSignature: 'path.signature-invalid',
  unknownIssuer: 'path.signature-invalid',
};
const EXPECTED_WORDS: Readonly<Record<string, RegExp>> = {
  'path.expired': /certificate has expired/,
  'path.not-yet-valid': /certificate is not yet valid/,
  'revocation.revoked': /certificate revoked/,
  // Whoever names itself like an authority and is not it: openssl looks at the key identifier first.
  'path.signature-invalid': /certificate signature failure|unable to get (local )?issuer certificate/,
};

describe.skipIf(opensslVersion === undefined)('openssl and we agree about certificates', () => {
  const tool = openssl();
  afterAll(() => tool.remove());
  tool.put('roots.pem', pem(...pki.anchors.map((one) => one.certificate.raw)));
  tool.put('between.pem', pem(...candidates.map((one) => one.raw)));
  tool.put('lists.pem', lists.map((one) => encodePem('X509 CRL', one)).join('\n'));
  const crls = lists.map((one) => parseCrl(one));

  it.each(Object.entries(STATES))('%s: a path with lists, refused for %s', (name, code) => {
    const target = pki.certificate(name);
    const ours = judgePath(target, { anchors: pki.anchors, candidates, crls, ocsps: [], at, door });
    expect(ours.code).toBe(code);
    tool.put('target.pem', pem(target.raw));
    const trust = ['-CAfile', 'roots.pem', '-untrusted', 'between.pem', '-attime', seconds];
    const { ok, out, err } = tool.run(['verify', ...trust, '-crl_check_all', '-CRLfile', 'lists.pem', 'target.pem']);
    expect(ok, out + err).toBe(code === null);
    if (code !== null) expect(out + err).toMatch(EXPECTED_WORDS[code] as RegExp);
  });

  it.each(['leader', 'revoked', 'bp256', 'ed25519'])('%s: an OCSP answer', (name) => {
    const target = pki.certificate(name);
    const answer = pki.ocspAt(name, pki.now);
    const { basic } = parseOcspResponse(answer) as { readonly basic: BasicOcspResponse };
    const ocsps = [basic];
    const root = [parseCrl(pki.crlAt(pki.now, 'root'))];
    const ours = judgePath(target, { anchors: pki.anchors, candidates, crls: root, ocsps, at, door });
    const revoked = name === 'revoked';
    expect(ours.code).toBe(revoked ? 'revocation.revoked' : null);
    tool.put('answer.der', answer);
    tool.put('target.pem', pem(target.raw));
    tool.put('issuer.pem', pem(pki.certificate('issuing').raw));
    const who = ['-issuer', 'issuer.pem', '-cert', 'target.pem', '-CAfile', 'roots.pem', '-verify_other', 'between.pem'];
    const { out, err } = tool.run([
      'ocsp',
      '-respin',
      'answer.der',
      '-no_nonce',
      ...who,
      '-attime',
      seconds,
      '-validity_period',
      '999999999',
    ]);
    expect(out + err).toContain('Response verify OK');
    expect(out).toMatch(revoked ? /target\.pem: revoked/ : /target\.pem: good/);
  });
});
