import { afterAll, describe, expect, it } from 'vitest';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { concatBytes, utf8 } from '@antin/formats/bytes/bytes';
import { bitString, integer, octetString, sequence, utf8String } from '@antin/formats/der/writer';
import { issue } from '@antin/testkit/issue';
import { openssl, opensslVersion } from '@antin/testkit/openssl';
import { encodePem } from '../pem.ts';
import { berToDer, normaliseBer } from './ber.ts';
import { parseSignedData } from './signed-data.ts';

const code = (value: string) => expect.objectContaining({ code: value });
const bytes = (...octets: number[]) => Uint8Array.from(octets);

describe('the BER door', () => {
  it('leaves DER as it is, as a slice of the input', () => {
    const der = sequence(integer(5), octetString(bytes(1, 2)), sequence());
    const { der: out, changed, consumed } = normaliseBer(concatBytes(der, bytes(0, 0, 0)));
    expect([changed, consumed]).toEqual([false, der.length]);
    expect(out).toEqual(der);
    expect(() => berToDer(concatBytes(der, bytes(0)))).toThrowError(code('ber.trailing-bytes'));
  });

  it.each([
    ['an indefinite length', bytes(0x30, 0x80, 2, 1, 5, 0, 0), sequence(integer(5))],
    ['nested indefinite lengths', bytes(0x30, 0x80, 0x30, 0x80, 0, 0, 0, 0), sequence(sequence())],
    ['a long form where the short one does', bytes(0x30, 0x81, 3, 2, 1, 5), sequence(integer(5))],
    ['leading zeros in a length', bytes(0x04, 0x83, 0, 0, 1, 7), octetString(bytes(7))],
    ['a segmented OCTET STRING', bytes(0x24, 0x80, 4, 1, 1, 0x24, 3, 4, 1, 2, 4, 1, 3, 0, 0), octetString(bytes(1, 2, 3))],
    ['a segmented BIT STRING', bytes(0x23, 8, 3, 2, 0, 1, 3, 2, 0, 2), bitString(bytes(1, 2))],
    ['a segmented UTF8String', bytes(0x2c, 6, 0x0c, 1, 0x61, 0x0c, 1, 0x62), utf8String('ab')],
  ])('rewrites %s', (_, ber, der) => {
    expect(berToDer(ber)).toEqual(der);
  });

  it.each([
    ['an end that never comes', bytes(0x30, 0x80, 2, 1, 5), 'ber.truncated'],
    ['an indefinite primitive', bytes(0x04, 0x80, 0, 0), 'ber.indefinite-primitive'],
    ['a segment of another type', bytes(0x24, 3, 2, 1, 1), 'ber.segment'],
    ['a length beyond the input', bytes(0x30, 0x84, 0xff, 0xff, 0xff, 0xff), 'ber.truncated'],
    ['a length of nine octets', bytes(0x30, 0x89, 0, 0, 0, 0, 0, 0, 0, 0, 0), 'ber.length'],
    ['a length beyond safe integers', bytes(0x30, 0x88, 255, 255, 255, 255, 255, 255, 255, 255), 'ber.length'],
    ['a high tag number', bytes(0x3f, 0x81, 1, 0), 'ber.high-tag'],
    ['nothing', bytes(), 'ber.truncated'],
    ['a nesting bomb', new Uint8Array(100_000).map((_, i) => (i % 2 === 0 ? 0x30 : 0x80)), 'ber.depth'],
  ])('refuses %s', (_, ber, expected) => {
    expect(() => berToDer(ber)).toThrowError(code(expected));
  });

  it('stops at the node budget', () => {
    const many = sequence(...Array.from({ length: 1000 }, () => integer(1)));
    expect(() => berToDer(many, { depth: 8, nodes: 1000 })).toThrowError(code('ber.nodes'));
    expect(berToDer(many, { depth: 8, nodes: 1001 })).toEqual(many);
  });
});

describe.skipIf(opensslVersion === undefined)('a streamed CMS of openssl', () => {
  const tool = openssl();
  afterAll(() => tool.remove());

  it('comes in through the BER door with certificates byte for byte and all content', () => {
    const holder = issue({ door: nodeCrypto, secrets: nodeSecrets, commonName: 'x' });
    const content = utf8('dòng\n'.repeat(5000));
    tool.put('key.pem', encodePem('PRIVATE KEY', holder.pkcs8));
    tool.put('cert.pem', encodePem('CERTIFICATE', holder.certificate.raw));
    tool.put('content', content);
    const args = [
      'cms',
      '-sign',
      '-binary',
      '-stream',
      '-nodetach',
      '-in',
      'content',
      '-signer',
      'cert.pem',
      '-inkey',
      'key.pem',
    ];
    expect(tool.run([...args, '-outform', 'DER', '-out', 'stream.p7m']).err).toBe('');
    const ber = tool.get('stream.p7m');
    expect(() => parseSignedData(ber)).toThrowError(code('der.indefinite-length'));
    const cms = parseSignedData(berToDer(ber));
    expect(cms.eContent).toEqual(content);
    expect(cms.certificates).toEqual([holder.certificate.raw]);
    const { signedAttrs, signature } = cms.signerInfos[0]!;
    const input = { spki: holder.certificate.spki, algorithm: holder.algorithm, data: signedAttrs!.asSet, signature };
    expect(nodeCrypto.verify(input)).toBe('valid');
  });
});
