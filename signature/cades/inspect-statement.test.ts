import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { testPki } from '@antin/testkit/pki/test-pki';
import { checkStatement } from './inspect-statement.ts';
import { prepareCades } from './prepare.ts';

const pki = testPki();
const key = pki.signingKey('leader');

function prepared(text: string, by = key) {
  const content = utf8(text);
  const { signedAttributes } = prepareCades(memorySource(content), {
    ...{ door: nodeCrypto, certificate: by.certificate, chain: [], algorithm: by.algorithm, signingTime: pki.now },
  });
  return { content, signedAttributes };
}
const check = (content: Uint8Array, signedAttributes: Uint8Array, certificate = key.certificate.raw) =>
  checkStatement(content, signedAttributes, certificate, 'SHA-256', nodeCrypto);

describe('what an agent checks before its key signs a statement', () => {
  it('lets through the attributes of exactly this text and this certificate', () => {
    const { content, signedAttributes } = prepared('{"act":"approve","ai":"Nguyễn Văn An"}\n');
    expect(check(content, signedAttributes)).toEqual({ status: 'matches', text: '{"act":"approve","ai":"Nguyễn Văn An"}\n' });
  });

  it('refuses the attributes of another text', () => {
    expect(check(utf8('approve A'), prepared('approve B').signedAttributes)).toMatchObject({ code: 'cades.digest-mismatch' });
  });

  it('refuses the attributes of another certificate', () => {
    const { content, signedAttributes } = prepared('approve', pki.signingKey('seal'));
    expect(check(content, signedAttributes)).toMatchObject({ code: 'cades.certificate-mismatch' });
  });

  it('refuses what is no set of attributes, such as the statement itself', () => {
    const { content } = prepared('approve');
    expect(check(content, content)).toMatchObject({ code: 'cades.signed-attributes' });
  });

  it.each([
    ['bytes that are no text', Uint8Array.of(0xff, 0xfe, 0x00)],
    ['text that turns around on the screen', utf8('approve \u202egnihton')],
    ['text with invisible letters', utf8('refuse\u200b')],
    ['text with letters that have no shape', utf8('refuse\u3164\ufe0f')],
    ['text that moves the cursor', utf8('refuse\rapprove')],
  ])('refuses %s', (_, content) => {
    const { signedAttributes } = prepareCades(memorySource(content), {
      ...{ door: nodeCrypto, certificate: key.certificate, chain: [], algorithm: key.algorithm, signingTime: pki.now },
    });
    expect(check(content, signedAttributes)).toMatchObject({ code: 'cades.statement-unreadable' });
  });
});
