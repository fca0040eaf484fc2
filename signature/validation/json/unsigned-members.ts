import { FormatFault } from '@antin/formats/fault';
import { parseJson } from '@antin/formats/json/scan';
import type { JsonObject } from '@antin/formats/json/value';
import { JWS_BUDGET } from '../../jades/budget.ts';
import type { Finding } from '../types.ts';

const OWN: ReadonlySet<string> = new Set(['payload', 'protected', 'header', 'signature', 'signatures']);
/** What finds a key or proves a time: looked at elsewhere, and no word to people. */
const SILENT: ReadonlySet<string> = new Set(['etsiU', 'kid', 'x5c', 'x5u', 'x5t', 'x5t#S256', 'jku', 'jwk']);
/** What the payload is, and so what is shown of it. */
const TYPES: ReadonlySet<string> = new Set(['cty', 'typ']);
const MOST = 10;

/**
 * Members of a JWS in JSON that no signature is over (RFC 7515 §7.2: readers ignore those of the document, and use those of the
 * unprotected header). A type of the payload among them has programs show it as something else, and never passes; others are told,
 * because people read the file.
 */
export function unsignedMembers(bytes: Uint8Array): {
  readonly doubts: readonly Finding[];
  readonly warnings: readonly Finding[];
} {
  const doubts: Finding[] = [];
  const warnings: Finding[] = [];
  const root = objectIn(bytes);
  if (root === undefined) return { doubts, warnings };
  const list = root.members.get('signatures');
  const signatures = list?.kind === 'array' ? list.items.filter((one) => one.kind === 'object') : [];
  const tell = (name: string, where: string): void => {
    const message = `"${name}" ${where} is signed by nobody`;
    if (warnings.length < MOST) warnings.push({ code: 'jws.unsigned-member', clause: 'RFC 7515 7.2', message });
  };
  for (const object of [root, ...signatures]) {
    for (const name of object.members.keys()) if (!OWN.has(name)) tell(name, 'of the file');
    const header = object.members.get('header');
    if (header?.kind !== 'object') continue;
    for (const name of header.members.keys()) {
      if (TYPES.has(name)) {
        const message = `"${name}" in the unprotected header says what the payload is, and nobody signed that`;
        if (doubts.length < MOST) doubts.push({ code: 'jws.type-not-signed', clause: 'RFC 7515 4.1.10', message });
      } else if (!SILENT.has(name)) tell(name, 'in the unprotected header');
    }
  }
  return { doubts, warnings };
}

function objectIn(bytes: Uint8Array): JsonObject | undefined {
  try {
    const root = parseJson(bytes, JWS_BUDGET);
    return root.kind === 'object' ? root : undefined;
  } catch (error) {
    // The compact form, or a file that is refused for it.
    if (error instanceof FormatFault) return undefined;
    throw error;
  }
}
