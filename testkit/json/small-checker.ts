import { constants, createHash, createPublicKey, verify, X509Certificate } from 'node:crypto';

interface PlainHeader {
  readonly alg: string;
  readonly x5c: readonly string[];
  readonly 'x5t#S256'?: string;
  readonly crit?: readonly string[];
  readonly b64?: boolean;
  readonly sigD?: {
    readonly mId: string;
    readonly pars: readonly string[];
    readonly hashM: string;
    readonly hashV: readonly string[];
  };
}

/** Nothing outside the table is accepted: not `none`, not HMAC. */
const ALGORITHMS: Readonly<Record<string, { readonly hash: string | null; readonly key: string; readonly curve?: string }>> = {
  ...Object.fromEntries(
    ['256', '384', '512'].flatMap((n) => ['RS', 'PS'].map((kind) => [kind + n, { hash: `sha${n}`, key: 'rsa' }])),
  ),
  ES256: { hash: 'sha256', key: 'ec', curve: 'prime256v1' },
  ES384: { hash: 'sha384', key: 'ec', curve: 'secp384r1' },
  ES512: { hash: 'sha512', key: 'ec', curve: 'secp521r1' },
  EdDSA: { hash: null, key: 'ed25519' },
};

/**
 * A second opinion that shares nothing with our engine: JSON.parse, Buffer and `node:crypto` verify one signature of a JWS in any
 * serialization, with the first certificate of `x5c`, and the files of `sigD`.
 *
 * @returns what is wrong, in words; empty when the signature holds
 */
export function smallJwsCheck(
  document: Uint8Array,
  { index = 0, files = {} }: { readonly index?: number; readonly files?: Readonly<Record<string, Uint8Array>> } = {},
): string[] {
  const { payload, protectedText, signature } = partsOf(Buffer.from(document).toString('utf8'), index);
  const header = JSON.parse(Buffer.from(protectedText, 'base64url').toString('utf8')) as PlainHeader;
  const wrong: string[] = [];
  const known = ['b64', 'sigD'];
  for (const name of header.crit ?? []) if (!known.includes(name) || !(name in header)) wrong.push(`critical: ${name}`);
  for (const name of known) if (name in header && header.crit?.includes(name) !== true) wrong.push(`not critical: ${name}`);
  const certificate = new X509Certificate(Buffer.from(header.x5c[0] as string, 'base64'));
  const thumbprint = createHash('sha256').update(certificate.raw).digest('base64url');
  if (header['x5t#S256'] !== undefined && header['x5t#S256'] !== thumbprint) wrong.push('certificate');
  wrong.push(...wrongFiles(header, files));
  const algorithm = Object.hasOwn(ALGORITHMS, header.alg) ? ALGORITHMS[header.alg] : undefined;
  const spki = createPublicKey(certificate.publicKey.export({ format: 'pem', type: 'spki' }));
  const fits =
    spki.asymmetricKeyType === algorithm?.key &&
    (algorithm?.curve === undefined || spki.asymmetricKeyDetails?.namedCurve === algorithm.curve);
  if (algorithm === undefined || !fits) return [...wrong, `algorithm: ${header.alg}`];
  const key = header.alg.startsWith('PS')
    ? { key: spki, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { key: spki, dsaEncoding: 'ieee-p1363' as const };
  // RFC 7515 §5.2 and RFC 7797 §3: the payload member as it stands, in either meaning of b64.
  const input = Buffer.from(`${protectedText}.${payload}`, 'utf8');
  if (!verify(algorithm.hash, input, key, Buffer.from(signature, 'base64url'))) wrong.push('value');
  return wrong;
}

function partsOf(text: string, index: number): { payload: string; protectedText: string; signature: string } {
  if (!text.startsWith('{')) {
    const [protectedText = '', payload = '', signature = ''] = text.split('.');
    return { payload, protectedText, signature };
  }
  const root = JSON.parse(text) as { payload?: string; signatures?: { protected: string; signature: string }[] };
  const one = (root.signatures ?? [root as unknown as { protected: string; signature: string }])[index];
  return { payload: root.payload ?? '', protectedText: one?.protected ?? '', signature: one?.signature ?? '' };
}

function wrongFiles({ sigD, b64 }: PlainHeader, files: Readonly<Record<string, Uint8Array>>): string[] {
  if (sigD === undefined) return [];
  if (sigD.mId !== 'http://uri.etsi.org/19182/ObjectIdByURIHash' || sigD.pars.length !== sigD.hashV.length) return ['sigD'];
  return sigD.pars.filter((uri, i) => {
    const file = files[decodeURIComponent(uri)];
    if (file === undefined) return true;
    const hash = createHash(sigD.hashM.replace('S', 'sha')).update(
      b64 === false ? file : Buffer.from(file).toString('base64url'),
    );
    return hash.digest('base64url') !== sigD.hashV[i];
  });
}
