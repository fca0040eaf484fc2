import { createHash } from 'node:crypto';
import type { StampInFile } from './xades.ts';

interface PlainSignature {
  readonly protected: string;
  readonly signature: string;
  readonly header?: { readonly etsiU?: readonly string[] };
}

/**
 * The time-stamps of one signature of a JSON JWS with what each must be over, by our own second reading of TS 119 182-1 §5.3.4
 * and §5.3.6.3.1. Only for base64url elements in `etsiU`, as we make them.
 *
 * @param files what `sigD` names, by decoded name
 */
export function timeStampsOf(
  document: Uint8Array,
  { index = 0, files = {} }: { readonly index?: number; readonly files?: Readonly<Record<string, Uint8Array>> } = {},
): StampInFile[] {
  const root = JSON.parse(Buffer.from(document).toString('utf8')) as PlainSignature & {
    payload?: string;
    signatures?: PlainSignature[];
  };
  const one = (root.signatures ?? [root])[index] as PlainSignature;
  const header = JSON.parse(Buffer.from(one.protected, 'base64url').toString('utf8')) as {
    b64?: boolean;
    sigD?: { pars: string[] };
  };
  const data =
    header.sigD === undefined
      ? [root.payload as string]
      : header.sigD.pars.map((uri) => {
          const file = Buffer.from(files[decodeURIComponent(uri)] as Uint8Array);
          return header.b64 === false ? file : file.toString('base64url');
        });
  const elements = one.header?.etsiU ?? [];
  return elements.flatMap((element, place): StampInFile[] => {
    const property = JSON.parse(Buffer.from(element, 'base64url').toString('utf8')) as Record<
      string,
      { tstTokens: { val: string }[] }
    >;
    const archive = property['arcTst'];
    const container = archive ?? property['sigTst'];
    if (container === undefined) return [];
    const parts = archive ? [...data, '.', one.protected, '.', one.signature, '.', ...elements.slice(0, place)] : [one.signature];
    return container.tstTokens.map(({ val }) => ({
      kind: archive ? 'archive' : 'signature',
      token: new Uint8Array(Buffer.from(val, 'base64')),
      imprint: (digest) => {
        const hash = createHash(digest.replace('SHA-', 'sha'));
        for (const part of parts) hash.update(part);
        return hash.digest('hex');
      },
    }));
  });
}
