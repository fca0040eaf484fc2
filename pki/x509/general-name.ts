import { fromLatin1, latin1 } from '@antin/formats/bytes/bytes';
import type { BackwardDer } from '@antin/formats/der/backward';
import type { DerNode } from '@antin/formats/der/reader';
import { readOid } from '@antin/formats/der/values';
import { context, contextValue, oid, tlv } from '@antin/formats/der/writer';
import { FormatFault } from '@antin/formats/fault';
import { parseName } from './name.ts';
import type { Name } from './name.ts';

/** `GeneralName` (RFC 5280 §4.2.1.6). */
export type GeneralName =
  | { readonly kind: 'other'; readonly type: string; readonly value: Uint8Array /* raw TLV inside [0] */ }
  | { readonly kind: 'rfc822'; readonly value: string }
  | { readonly kind: 'dns'; readonly value: string }
  | { readonly kind: 'x400'; readonly raw: Uint8Array }
  | { readonly kind: 'directory'; readonly name: Name }
  | { readonly kind: 'edi-party'; readonly raw: Uint8Array }
  | { readonly kind: 'uri'; readonly value: string }
  | { readonly kind: 'ip'; readonly value: Uint8Array }
  | { readonly kind: 'registered-id'; readonly value: string };

/** @throws {FormatFault} `x509.general-name`, `der.*` */
export function parseGeneralName(node: DerNode): GeneralName {
  switch (node.tag) {
    case 0xa0: {
      const [type, value] = node.children();
      if (type === undefined || value === undefined) break;
      return { kind: 'other', type: readOid(type), value: value.expect(0xa0, 'otherName value').inner().raw };
    }
    case 0x81:
      return { kind: 'rfc822', value: ia5(node) };
    case 0x82:
      return { kind: 'dns', value: ia5(node) };
    case 0xa3:
      return { kind: 'x400', raw: node.raw };
    case 0xa4:
      return { kind: 'directory', name: parseName(node.inner()) };
    case 0xa5:
      return { kind: 'edi-party', raw: node.raw };
    case 0x86:
      return { kind: 'uri', value: ia5(node) };
    case 0x87:
      return { kind: 'ip', value: node.content };
    case 0x88:
      return { kind: 'registered-id', value: readOid(node, 0x88) };
  }
  throw new FormatFault('x509.general-name', `no GeneralName has tag 0x${node.tag.toString(16)}`, node.start);
}

/** `GeneralNames` under any outer tag (SEQUENCE, or implicitly tagged). */
export function parseGeneralNames(node: DerNode): readonly GeneralName[] {
  return node.children().map(parseGeneralName);
}

function ia5(node: DerNode): string {
  const { source, contentStart, end } = node;
  for (let i = contentStart; i < end; i++) {
    if ((source[i] as number) > 0x7f)
      throw new FormatFault('x509.general-name', 'character outside IA5 in a GeneralName', node.start);
  }
  return fromLatin1(node.content);
}

/** Directory names are given as DER of Name, otherName values as a raw TLV. */
type GeneralNameInput =
  | { readonly kind: 'rfc822' | 'dns' | 'uri'; readonly value: string }
  | { readonly kind: 'directory'; readonly name: Uint8Array }
  | { readonly kind: 'ip'; readonly value: Uint8Array }
  | { readonly kind: 'other'; readonly type: string; readonly value: Uint8Array };

const TEXT_TAGS = { rfc822: 0x81, dns: 0x82, uri: 0x86 } as const;

function checkIa5({ value }: { readonly value: string }): void {
  for (let i = 0; i < value.length; i++) {
    if (value.charCodeAt(i) > 0x7f) throw new FormatFault('der.ia5-string', 'character outside IA5');
  }
}

/** In front of what was written so far. */
export function writeGeneralName(out: BackwardDer, name: GeneralNameInput): void {
  if (name.kind === 'rfc822' || name.kind === 'dns' || name.kind === 'uri') {
    checkIa5(name);
    out.text(TEXT_TAGS[name.kind], name.value);
  } else out.bytes(buildGeneralName(name));
}

/** DER of one GeneralName. */
export function buildGeneralName(name: GeneralNameInput): Uint8Array {
  switch (name.kind) {
    case 'rfc822':
    case 'dns':
    case 'uri':
      checkIa5(name);
      return tlv(TEXT_TAGS[name.kind], latin1(name.value));
    case 'directory':
      return context(4, name.name);
    case 'ip':
      return contextValue(7, name.value);
    case 'other':
      return context(0, oid(name.type), context(0, name.value));
  }
}

/** The http(s) and ldap addresses among GeneralNames, as written. */
export function uris(names: readonly GeneralName[]): string[] {
  return names.flatMap((name) => (name.kind === 'uri' ? [name.value] : []));
}
