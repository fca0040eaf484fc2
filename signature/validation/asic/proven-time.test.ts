import { createHash } from 'node:crypto';
import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { fromUtf8, utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { cmsManifest } from '@antin/signature/asic/cms-manifest';
import { entriesOf, plus, rebuilt, withData } from '@antin/testkit/attacks/zip';
import { judge as judgeSoon, LETTER, MINUTE, pki, short, sign } from '@antin/testkit/judging/containers';
import { contextOf } from '@antin/testkit/judging/documents';
import { VIETNAM_POLICY } from '../policy.ts';
import { beforeAll, describe, expect, it } from 'vitest';

/**
 * What a time-stamp token of a container proves the time of (EN 319 102-1 §5.6.2.3.1): what its imprint is over, and through digests
 * that were good for as long as they stood alone what these name. The signer's certificate is revoked after it signed, so that the
 * proven time decides.
 */
const SHA1 = 'http://www.w3.org/2000/09/xmldsig#sha1';
const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
const SIGNATURE = 'META-INF/signature001.p7s';
const REVOKED = 'indeterminate REVOKED_NO_POE trust.not-revoked';

/** A month after the revocation. */
const later = contextOf(pki, Date.parse('2026-10-01T00:00:00Z'));
const judge = (file: Uint8Array) => judgeSoon(file, later);

let signed: Uint8Array;
beforeAll(async () => {
  signed = await sign('CAdES', 'ASiC-E', undefined, 'revokedLater');
  expect(entriesOf(signed).map((one) => one.name)).toContain(SIGNATURE);
});

const sum = (algorithm: string, bytes: Uint8Array) => createHash(algorithm).update(bytes).digest('base64');

/** An archive manifest over the entries that `names` picks, with a token over it. */
function stamped(file: Uint8Array, names: (name: string) => boolean, options: { weak?: RegExp; n?: number; at?: number } = {}) {
  const { weak, n = 1, at = pki.now + MINUTE } = options;
  const token = `META-INF/timestamp${n}.tst`;
  const parts = entriesOf(file)
    .filter(({ name }) => name !== 'mimetype' && names(name))
    .map(({ name, data }) => ({ name, data, mimeType: 'text/plain', content: memorySource(data) }));
  const stands = { name: token, mimeType: 'application/vnd.etsi.timestamp-token' };
  let manifest = fromUtf8(cmsManifest(stands, parts, 'SHA-256', door));
  for (const { name, data } of parts) {
    if (weak?.test(name) !== true) continue;
    const strong = `<ds:DigestMethod Algorithm="${SHA256}"></ds:DigestMethod><ds:DigestValue>${sum('sha256', data)}`;
    expect(manifest).toContain(strong);
    manifest = manifest.replace(
      strong,
      `<ds:DigestMethod Algorithm="${SHA1}"></ds:DigestMethod><ds:DigestValue>${sum('sha1', data)}`,
    );
  }
  const hash = new Uint8Array(createHash('sha256').update(manifest).digest());
  return rebuilt(
    file,
    plus(
      { name: `META-INF/ASiCArchiveManifest${n}.xml`, data: utf8(manifest) },
      { name: token, data: pki.timeStampToken({ digest: 'SHA-256', hash }, at) },
    ),
  );
}
const warned = (file: Uint8Array) => {
  const report = judge(file);
  return [...report.warnings, ...(report.signatures[0]?.warnings ?? [])].map((one) => one.code);
};
const all = () => true;

describe('a token of a container', () => {
  it('over everything proves the time of the signature: the honest twin', () => {
    expect(short(judge(signed))).toBe(REVOKED);
    const file = stamped(signed, all);
    expect([short(judge(file)), warned(file)]).toEqual(['valid', []]);
    expect(judge(file).signatures[0]?.bestSignatureTimeFrom).toBe('time-stamp');
  });

  it('over the files alone proves nothing about the signature', () => {
    const file = stamped(signed, (name) => !name.startsWith('META-INF/'));
    expect([short(judge(file)), warned(file)]).toEqual([REVOKED, ['asic.time-stamp-apart']]);
  });

  it('over the signature alone proves its time, and by its digests that of the files; it archives nothing', () => {
    const file = stamped(signed, (name) => name === SIGNATURE);
    expect([short(judge(file)), warned(file)]).toEqual(['valid', ['time-stamp.archive-partial']]);
    expect(judge(file).signatures[0]?.level).not.toBe('B-LTA');
    // The digests of the signature hold the files: they cannot be others.
    expect(short(judge(rebuilt(file, withData(LETTER, '%PDF-1.7 khác'))))).toBe('invalid HASH_FAILURE integrity.digest');
  });

  it('proves nothing of a signature that it names by a digest somebody could have met with another since', () => {
    const weak = stamped(signed, all, { weak: /\.p7s$/ });
    expect(short(judge(weak))).toBe(REVOKED);
    expect(warned(weak)).toContain('time-stamp.manifest-algorithm');
    const files = stamped(signed, all, { weak: /pdf$/ });
    expect(short(judge(files))).toBe('valid');
    expect(warned(files)).toEqual(['time-stamp.manifest-algorithm', 'time-stamp.archive-partial']);
  });

  it('is believed where a newer one was over the same while the digest was good', () => {
    const until = Date.parse('2026-05-01T00:00:00Z');
    const policy = { ...VIETNAM_POLICY, digests: { ...VIETNAM_POLICY.digests, 'SHA-1': until } };
    const best = (second: (name: string) => boolean, at: string) => {
      const once = stamped(signed, all, { weak: /\.p7s$/ });
      const file = stamped(once, second, { n: 2, at: Date.parse(`${at}T00:00:00Z`) });
      return judgeSoon(file, { ...later, policy }).signatures[0]?.bestSignatureTime.slice(0, 7);
    };
    expect(best(all, '2026-04-01')).toBe('2026-03');
    // Somebody could have made another signature of the same SHA-1 in between.
    expect(best(all, '2026-05-02')).toBe('2026-05');
    // Held by nothing better: the older one says nothing of the signature.
    expect(best((name) => name !== SIGNATURE, '2026-04-01')).toBe('2026-10');
  });
});
