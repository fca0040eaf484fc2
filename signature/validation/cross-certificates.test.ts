import { HOUR, judged, letter, sign } from '@antin/testkit/judging/documents';
import { DEFAULT_PKI } from '@antin/testkit/pki/description';
import type { EntityDescription } from '@antin/testkit/pki/description';
import { testPki } from '@antin/testkit/pki/test-pki';
import { describe, expect, it } from 'vitest';

const { root, issuing } = DEFAULT_PKI.entities;
const bridge = { ...root!, subject: [['CN', 'Gốc bắc cầu']] } as const;
/** The same issuing authority, same name and key, certified by another root as well. */
const crossed = (more: Partial<EntityDescription> = {}) =>
  testPki({
    ...DEFAULT_PKI,
    trusted: ['bridge'],
    entities: { ...DEFAULT_PKI.entities, bridge, issuing: { ...issuing!, issuer: 'bridge', ...more } },
  });
const pki = testPki();
const at = pki.now + 2 * HOUR;

describe('an authority with two certificates', () => {
  const longer = { notAfter: '2032-01-01T00:00:00Z' };
  const revoked = crossed({ ...longer, revoked: { at: '2026-01-01T00:00:00Z', reason: 4 } });
  const verdict = async (options: { own: boolean; bridge: boolean; revoked: boolean }) => {
    const other = options.revoked ? revoked : crossed(longer);
    const { certificates, crls } = pki.evidence(at);
    const report = judged(await sign(letter(), { pki, by: 'leader' }), pki, at, {
      trust: [...(options.own ? pki.anchors : []), ...(options.bridge ? other.anchors : [])],
      evidence: {
        certificates: [other.certificate('issuing').raw, ...certificates],
        crls: [other.crlAt(at, 'bridge'), ...crls],
        ocsps: [],
      },
    });
    return [report.verdict, report.signatures[0]?.subIndication ?? null, report.signatures[0]?.chain.at(-1)?.commonName];
  };

  it('passes by either path', async () => {
    expect(await verdict({ own: true, bridge: false, revoked: false })).toEqual(['valid', null, 'Gốc thử nghiệm']);
    expect(await verdict({ own: false, bridge: true, revoked: false })).toEqual(['valid', null, 'Gốc bắc cầu']);
  });

  it('is not spoilt when one of them was revoked, and does not pass by that one alone', async () => {
    expect(await verdict({ own: true, bridge: true, revoked: true })).toEqual(['valid', null, 'Gốc thử nghiệm']);
    expect((await verdict({ own: false, bridge: true, revoked: true })).slice(0, 2)).toEqual([
      'indeterminate',
      'REVOKED_CA_NO_POE',
    ]);
  });
});
