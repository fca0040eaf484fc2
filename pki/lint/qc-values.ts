import { fromLatin1 } from '@antin/formats/bytes/bytes';
import { SMALL_DER_BUDGET, decodeDer } from '@antin/formats/der/reader';
import type { DerNode } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { readBigInt, readOid, readText } from '@antin/formats/der/values';
import { FormatFault } from '@antin/formats/fault';
import { PkiFault } from '../fault.ts';
import { parseGeneralNames } from '../x509/general-name.ts';
import type { GeneralName } from '../x509/general-name.ts';
import { QCS } from '../x509/qc-statements.ts';

export interface MonetaryValue {
  readonly currency: string | bigint;
  readonly amount: bigint;
  readonly exponent: bigint;
}

/** The statements of EN 319 412-5, RFC 3739 and TS 119 495 with their contents. */
export type QcValue =
  | { readonly kind: 'limit'; readonly value: MonetaryValue }
  | { readonly kind: 'retention'; readonly years: bigint }
  | { readonly kind: 'pds'; readonly locations: readonly { readonly url: string; readonly language: string }[] }
  | { readonly kind: 'type'; readonly type: string }
  | { readonly kind: 'legislation'; readonly countries: readonly string[] }
  | {
      readonly kind: 'semantics';
      readonly identifier: string | undefined;
      /** Undefined when nameRegistrationAuthorities is absent. */
      readonly authorities: readonly GeneralName[] | undefined;
    }
  | {
      readonly kind: 'psd2';
      readonly roles: readonly { readonly oid: string; readonly name: string }[];
      readonly ncaName: string;
      readonly ncaId: string;
    }
  | { readonly kind: 'none' };

export interface QcStatement {
  readonly id: string;
  readonly value: QcValue;
  /** What could not be read inside this statement. */
  readonly broken?: { readonly code: string; readonly message: string };
}

/** `QCStatements ::= SEQUENCE OF QCStatement`: an unreadable statement does not hide the others. @throws {FormatFault} */
export function readQcStatements(value: Uint8Array): readonly QcStatement[] {
  return decodeDer(value, SMALL_DER_BUDGET)
    .expect(TAG.SEQUENCE, 'QCStatements')
    .children()
    .map((statement) => {
      const [id, info, ...more] = statement.expect(TAG.SEQUENCE, 'QCStatement').children();
      if (id === undefined || more.length > 0) throw new FormatFault('x509.qc-statement', 'members', statement.start);
      const oid = readOid(id);
      try {
        return { id: oid, value: readInfo(oid, info) };
      } catch (error) {
        if (!(error instanceof FormatFault || error instanceof PkiFault)) throw error;
        return { id: oid, value: { kind: 'none' }, broken: { code: error.code, message: error.message } };
      }
    });
}

/** Statements that carry an `info` and those that must not. */
const WITH_INFO: ReadonlySet<string> = new Set([
  QCS.limitValue,
  QCS.retentionPeriod,
  QCS.pds,
  QCS.type,
  QCS.legislation,
  QCS.identMethod,
  QCS.qscdLegislation,
  QCS.psd2,
]);
const WITHOUT_INFO: ReadonlySet<string> = new Set([QCS.compliance, QCS.sscd]);

function readInfo(id: string, info: DerNode | undefined): QcValue {
  if (WITHOUT_INFO.has(id)) {
    if (info !== undefined) throw new FormatFault('x509.qc-statement', 'this statement carries no information', info.start);
    return { kind: 'none' };
  }
  if (info === undefined) {
    if (WITH_INFO.has(id)) throw new FormatFault('x509.qc-statement', `statement ${id} needs its information`);
    return id === QCS.syntaxV2 ? { kind: 'semantics', identifier: undefined, authorities: undefined } : { kind: 'none' };
  }
  switch (id) {
    case QCS.limitValue:
      return { kind: 'limit', value: readMonetaryValue(info) };
    case QCS.retentionPeriod:
      return { kind: 'retention', years: readBigInt(info) };
    case QCS.pds:
      return { kind: 'pds', locations: several(info, 1).map(readLocation) };
    case QCS.type:
    case QCS.identMethod: {
      const [only] = several(info, 1, 1);
      return id === QCS.type ? { kind: 'type', type: readOid(only as DerNode) } : { kind: 'none' };
    }
    case QCS.legislation:
    case QCS.qscdLegislation: {
      const countries = several(info, id === QCS.legislation ? 0 : 1).map((one) => printable(one, 2));
      return id === QCS.legislation ? { kind: 'legislation', countries } : { kind: 'none' };
    }
    case QCS.syntaxV2:
      return readSemantics(info);
    case QCS.psd2:
      return readPsd2(info);
    default:
      return { kind: 'none' };
  }
}

function several(node: DerNode, least: number, most = 100): DerNode[] {
  const list = node.expect(TAG.SEQUENCE, 'SEQUENCE OF').children();
  if (list.length < least || list.length > most) {
    throw new FormatFault('x509.qc-statement', `${list.length} members where ${least} to ${most} are allowed`, node.start);
  }
  return list;
}

function members(node: DerNode, count: number, what: string): DerNode[] {
  const parts = node.expect(TAG.SEQUENCE, what).children();
  if (parts.length !== count) throw new FormatFault('x509.qc-statement', `${what} has ${count} members`, node.start);
  return parts;
}

function printable(node: DerNode, length: number): string {
  const text = fromLatin1(node.expect(TAG.PRINTABLE_STRING, 'PrintableString').content);
  if (text.length !== length) throw new FormatFault('x509.qc-statement', `${length} letters expected`, node.start);
  return text;
}

function readMonetaryValue(node: DerNode): MonetaryValue {
  const [currency, amount, exponent] = members(node, 3, 'MonetaryValue') as [DerNode, DerNode, DerNode];
  const code = currency.tag === TAG.INTEGER ? readBigInt(currency) : printable(currency, 3);
  if (typeof code === 'bigint' && (code < 1n || code > 999n)) {
    throw new FormatFault('x509.qc-statement', 'numeric currency out of 1..999', currency.start);
  }
  return { currency: code, amount: readBigInt(amount), exponent: readBigInt(exponent) };
}

function readLocation(node: DerNode): { url: string; language: string } {
  const [url, language] = members(node, 2, 'PdsLocation') as [DerNode, DerNode];
  return { url: fromLatin1(url.expect(TAG.IA5_STRING, 'url').content), language: printable(language, 2) };
}

/** `SemanticsInformation ::= SEQUENCE { semanticsIdentifier OPTIONAL, nameRegistrationAuthorities OPTIONAL }` */
function readSemantics(node: DerNode): QcValue {
  const parts = node.expect(TAG.SEQUENCE, 'SemanticsInformation').children();
  const identifier = parts[0]?.tag === TAG.OBJECT_IDENTIFIER ? readOid(parts.shift() as DerNode) : undefined;
  const list = parts.shift();
  if (parts.length > 0) throw new FormatFault('x509.qc-statement', 'SemanticsInformation has two members', node.start);
  const authorities = list === undefined ? undefined : parseGeneralNames(list.expect(TAG.SEQUENCE, 'authorities'));
  if (authorities?.length === 0) throw new FormatFault('x509.qc-statement', 'authorities must not be empty', node.start);
  return { kind: 'semantics', identifier, authorities };
}

function readPsd2(node: DerNode): QcValue {
  const [roles, ncaName, ncaId] = members(node, 3, 'PSD2QcType') as [DerNode, DerNode, DerNode];
  const text = (one: DerNode) => readText(one.expect(TAG.UTF8_STRING, 'UTF8String'));
  return {
    kind: 'psd2',
    roles: several(roles, 0).map((role) => {
      const [id, name] = members(role, 2, 'RoleOfPSP') as [DerNode, DerNode];
      return { oid: readOid(id), name: text(name) };
    }),
    ncaName: text(ncaName),
    ncaId: text(ncaId),
  };
}
