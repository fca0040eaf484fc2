import { describe, expect, it } from 'vitest';
import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { fromUtf8, utf8 } from '@antin/formats/bytes/bytes';
import { evidenceSource, timeStampSource } from '@antin/testkit/pki/evidence-source';
import { testPki } from '@antin/testkit/pki/test-pki';
import { claimedSigningTime, jadesLevel } from './baseline.ts';
import type { JadesLevel } from './baseline.ts';
import { extendJades } from './extend.ts';
import { readJws } from './jws.ts';
import type { JwsSignature } from './jws.ts';
import { readJades } from './read-signed.ts';
import { signJades } from './sign.ts';

const pki = testPki();
const leader = pki.signingKey('leader');
const input = { packaging: 'attached', payload: utf8('{"a":1}'), mimeType: 'application/json' } as const;
const signed = () => signJades(input, leader, { door, signingTime: pki.now, serialization: 'flattened' });
const raised = async (level: 'B-T' | 'B-LT' | 'B-LTA') =>
  extendJades(await signed(), {
    door,
    level,
    anchors: pki.anchors,
    at: pki.now + 3_600_000,
    timeStamp: timeStampSource(pki, () => pki.now + 60_000),
    evidenceFor: evidenceSource(pki, () => pki.now + 60_000),
  });

interface Plain {
  protected: string;
  header?: { etsiU: string[] };
}

function read(document: Uint8Array, change?: (plain: Plain) => void) {
  const plain = JSON.parse(fromUtf8(document)) as Plain;
  change?.(plain);
  const jws = readJws(utf8(JSON.stringify(plain)));
  return readJades(jws, jws.signatures[0] as JwsSignature, door);
}

/** Codes of failed rules. */
const failures = (document: Uint8Array, change?: (plain: Plain) => void) =>
  jadesLevel(read(document, change)).failures.map((one) => one.code);
const b64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const withHeader =
  (members: object) =>
  (plain: Plain): void => {
    plain.protected = b64url({ ...(JSON.parse(Buffer.from(plain.protected, 'base64url').toString()) as object), ...members });
  };
const withItem =
  (...items: object[]) =>
  (plain: Plain): void => {
    plain.header = { etsiU: [...(plain.header?.etsiU ?? []), ...items.map(b64url)] };
  };

describe('the level of a JSON signature', () => {
  it('is the one it was made with or raised to', async () => {
    const made: [JadesLevel, Uint8Array][] = [
      ['B-B', await signed()],
      ['B-T', await raised('B-T')],
      ['B-LT', await raised('B-LT')],
      ['B-LTA', await raised('B-LTA')],
    ];
    for (const [level, document] of made) expect(jadesLevel(read(document)).level).toBe(level);
    expect(failures(await raised('B-LTA'))).toEqual([]);
  });

  it.each<[string, (plain: Plain) => void]>([
    ['level.signing-time', withHeader({ iat: undefined })],
    ['level.signing-time', withHeader({ sigT: '2025-01-01T00:00:00Z' })],
    ['level.signing-time', withHeader({ iat: undefined, sigT: '2025-07-15T00:00:00Z' })],
    ['level.signing-time', withHeader({ iat: '1' })],
    ['level.critical-members', withHeader({ cty: undefined, sigD: {} })],
    ['level.content-type', withHeader({ sigD: {}, crit: ['sigD'] })],
    ['level.signature-policy-store', withItem({ sigPSt: {} })],
    ['level.one-token', withItem({ sigTst: { tstTokens: [] } })],
    ['level.references-forbidden', withItem({ rRefs: {} })],
  ])('falls by %s', async (code, change) => {
    expect(failures(await raised('B-LTA'), change)).toEqual([code]);
  });

  it('does not fall by what is allowed', async () => {
    const lta = await raised('B-LTA');
    for (const change of [
      withHeader({ iat: undefined, sigT: '2025-07-14T23:59:59Z' }),
      withHeader({ cty: undefined, sigD: {}, crit: ['sigD'] }),
      (plain: Plain) => {
        withHeader({ sigPId: { id: 'x', hashAV: {} } })(plain);
        withItem({ sigPSt: {} })(plain);
      },
      withHeader({ crit: ['etsiU'] }),
    ]) {
      expect(failures(lta, change)).toEqual([]);
    }
  });

  it('counts the claimed time in seconds', async () => {
    expect(claimedSigningTime(read(await signed()).signature.header)).toBe(pki.now);
  });
});
