import { describe, expect, it } from 'vitest';
import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { nodeInflateRaw as inflateRaw } from '@antin/adapters/inflate/raw';
import { memorySource } from '@antin/formats/bytes/source';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { opensslTsVerify } from '@antin/testkit/archive-imprint/openssl-ts';
import { opensslVersion } from '@antin/testkit/openssl';
import { testPki } from '@antin/testkit/pki/test-pki';
import type { DigestAlgorithm } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import { openAsic } from './container.ts';
import { timestampAsic } from './time-stamp.ts';

const pki = testPki();
const data = new TextEncoder().encode('Biên bản họp ngày 2 tháng 3');
const file = { name: 'biên bản.txt', content: memorySource(data), mimeType: 'text/plain' };
const timeStamp = (imprint: { readonly digest: DigestAlgorithm; readonly hash: Uint8Array }) =>
  Promise.resolve(pki.timeStampToken(imprint, pki.now));
const options = { door, at: pki.now, timeStamp };

describe('a container with nothing but a time-stamp', () => {
  it.each(['SHA-256', 'SHA-512'] as const)('holds the file and a token over it that others accept (%s)', async (digest) => {
    const container = openAsic(await timestampAsic(file, { ...options, digest }), { inflateRaw });
    expect(container).toMatchObject({ kind: 'ASiC-S', mimetype: [], xades: [], cades: [] });
    expect(container.zip.entries.map((one) => one.name)).toEqual(['mimetype', 'biên bản.txt', 'META-INF/timestamp.tst']);
    const [held] = container.files.map((one) => container.zip.content(one));
    expect(held?.read(0, held.size)).toEqual(data);
    const token = container.zip.content(container.timeStamps[0]!);
    if (opensslVersion === undefined) return;
    const imprint = toHex(digestOf(door, digest, data));
    const answer = opensslTsVerify(pki, token.read(0, token.size), imprint);
    expect(answer.ok, answer.text).toBe(true);
  });

  it('takes no token over something else, no digest of yesterday and no name of its own parts', async () => {
    const other = () => timeStamp({ digest: 'SHA-256', hash: new Uint8Array(32) });
    const refused = (code: string) => expect.objectContaining({ code }) as Error;
    await expect(timestampAsic(file, { ...options, timeStamp: other })).rejects.toEqual(refused('signature.time-stamp-mismatch'));
    await expect(timestampAsic(file, { ...options, digest: 'SHA-1' })).rejects.toEqual(
      refused('signature.algorithm-not-allowed'),
    );
    for (const name of ['mimetype', 'META-INF/x', '../x']) {
      await expect(timestampAsic({ ...file, name }, options)).rejects.toEqual(refused('asic.files'));
    }
  });
});
