import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePem, encodePem } from './pem.ts';

const code = (value: string) => expect.objectContaining({ code: value });

describe('PEM', () => {
  it('comes back whatever the octets, also with CRLF and text around the blocks', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, windows) => {
        const text = `Bag Attributes\n    name: x\n${encodePem('CERTIFICATE', bytes)}bye\n${encodePem('X509 CRL', bytes)}`;
        expect(decodePem(windows ? text.replaceAll('\n', '\r\n') : text)).toEqual([
          { label: 'CERTIFICATE', bytes },
          { label: 'X509 CRL', bytes },
        ]);
      }),
    );
  });

  it('has lines of 64 characters', () => {
    const lines = encodePem('CERTIFICATE', new Uint8Array(100)).split('\n');
    expect(lines.map((line) => line.length)).toEqual([27, 64, 64, 8, 25, 0]);
  });

  it.each([
    ['a block that never ends', '-----BEGIN X-----\nAAAA\n', 'pem.damaged'],
    ['an end of another label', '-----BEGIN X-----\nAAAA\n-----END Y-----\n', 'pem.damaged'],
    ['an end alone', '-----END X-----\n', 'pem.damaged'],
    ['a block inside a block', '-----BEGIN X-----\n-----BEGIN X-----\n', 'pem.damaged'],
    ['an encrypted key of old style', '-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END X-----\n', 'pem.damaged'],
    ['letters outside base64', '-----BEGIN X-----\nA*AA\n-----END X-----\n', 'base64.damaged'],
  ])('refuses %s', (_, text, expected) => {
    expect(() => decodePem(text)).toThrowError(code(expected));
  });
});
