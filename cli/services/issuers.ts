import { readFileSync } from 'node:fs';
import { ConfigFault } from '@antin/adapters/config/settings';
import { readSecretLine } from '@antin/adapters/p12/secret-file';
import { apiConnector } from '@antin/agency/issuers/api-connector';
import type { IssuerConnector } from '@antin/agency/issuers/connector';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { digestOf } from '@antin/pki/crypto';
import { parseCertificates } from '@antin/pki/x509/certificate';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The issuer that answers online: `ANTIN_ISSUER_URL` (its origin) and `ANTIN_ISSUER_TOKEN_FILE` (this sender's token, a file
 * nobody else may read; read again at each call, so that it can be renewed). Without them requests travel as files.
 *
 * @throws {ConfigFault} one without the other, or an address that is no origin
 */
export function issuersHere(env: Env): readonly IssuerConnector[] {
  const [url, tokenFile] = [env['ANTIN_ISSUER_URL'], env['ANTIN_ISSUER_TOKEN_FILE']].map((one) => (one === '' ? undefined : one));
  if (url === undefined && tokenFile === undefined) return [];
  if (url === undefined || tokenFile === undefined) {
    throw new ConfigFault('ANTIN_ISSUER_URL and ANTIN_ISSUER_TOKEN_FILE are said together');
  }
  const address = URL.canParse(url) ? new URL(url) : undefined;
  const local = address !== undefined && ['localhost', '127.0.0.1', '[::1]'].includes(address.hostname);
  // The token is worth as much as a signature: it does not cross a network in the clear.
  if (address === undefined || !(address.protocol === 'https:' || (address.protocol === 'http:' && local))) {
    throw new ConfigFault('ANTIN_ISSUER_URL must be https://host, or http:// on this machine');
  }
  return [apiConnector({ origin: address.origin, token: () => readSecretLine(tokenFile).toString('utf8'), fetch })];
}

/**
 * How requests to the issuer are signed: by the organisation's own device. `ANTIN_REQUEST_SIGNATURE=organisation` refuses in
 * practice too what only the installation's key would sign; in production nothing else is possible.
 *
 * @param ownAuthority whether this installation stamps time itself
 * @throws {ConfigFault}
 */
export function requestSignatures(
  env: Env,
  ownAuthority: boolean,
): { readonly unsealedRequests: 'refused' | 'when-said'; readonly stampsRequests: boolean } {
  const said = env['ANTIN_REQUEST_SIGNATURE'] ?? '';
  if (said !== '' && said !== 'organisation' && said !== 'installation') {
    throw new ConfigFault('ANTIN_REQUEST_SIGNATURE is "organisation" or, in practice, "installation"');
  }
  return {
    unsealedRequests: said === 'organisation' ? 'refused' : 'when-said',
    stampsRequests: ownAuthority || (env['ANTIN_TSA_URL'] ?? '') !== '',
  };
}

/**
 * `ANTIN_ISSUER_SEAL`: whether answers that people bring must be sealed by their issuer; `ANTIN_ISSUER_SEAL_CERTIFICATE`: a file
 * with the certificates of that seal. Required without saying whose, a seal of anybody who is trusted here would do.
 *
 * @throws {ConfigFault}
 */
export function issuerSeal(env: Env): {
  readonly resultSeal: 'required' | 'when-present';
  readonly resultSealers?: ReadonlySet<string>;
} {
  const said = env['ANTIN_ISSUER_SEAL'] || 'when-present';
  if (said !== 'required' && said !== 'when-present') {
    throw new ConfigFault(`ANTIN_ISSUER_SEAL is "${said}"; expected required or when-present`);
  }
  const path = env['ANTIN_ISSUER_SEAL_CERTIFICATE'] ?? '';
  if (path !== '') return { resultSeal: said, resultSealers: certificatesIn(path) };
  if (said === 'required') {
    throw new ConfigFault(
      'ANTIN_ISSUER_SEAL=required needs ANTIN_ISSUER_SEAL_CERTIFICATE, a file with the issuer’s own certificate',
    );
  }
  return { resultSeal: said };
}

function certificatesIn(path: string): ReadonlySet<string> {
  try {
    const found = parseCertificates(new Uint8Array(readFileSync(path)));
    if (found.length > 0) return new Set(found.map((one) => toHex(digestOf(nodeCrypto, 'SHA-256', one.raw))));
  } catch (cause) {
    throw new ConfigFault(`ANTIN_ISSUER_SEAL_CERTIFICATE cannot be read: ${(cause as Error).message}`);
  }
  throw new ConfigFault(`ANTIN_ISSUER_SEAL_CERTIFICATE: no certificate in ${path}`);
}
