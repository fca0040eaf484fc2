import { encodePem } from '@antin/pki/pem';
import { openssl } from '../openssl.ts';
import type { TestPki } from '../pki/types.ts';

/** Whether `openssl ts -verify -digest` says that this token is over this imprint, with its chain, at the test PKI's time. */
export function opensslTsVerify(
  pki: TestPki,
  token: Uint8Array,
  imprintHex: string,
): { readonly ok: boolean; readonly text: string } {
  const tool = openssl();
  try {
    tool.put('token.der', token);
    tool.put('roots.pem', pki.anchors.map((one) => encodePem('CERTIFICATE', one.certificate.raw)).join('\n'));
    tool.put('chain.pem', encodePem('CERTIFICATE', pki.certificate('issuing').raw));
    const at = String(Math.floor(pki.now / 1000) + 86_400);
    const files = ['-in', 'token.der', '-token_in', '-CAfile', 'roots.pem', '-untrusted', 'chain.pem'];
    const { ok, out, err } = tool.run(['ts', '-verify', '-digest', imprintHex, ...files, '-attime', at]);
    return { ok, text: out + err };
  } finally {
    tool.remove();
  }
}
