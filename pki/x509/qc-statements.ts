import { oid, printableString, sequence } from '@antin/formats/der/writer';
import { OID } from '../oids.ts';
import { extension } from './build.ts';

/** Statements of EN 319 412-5 and RFC 3739 §3.2.6. */
export const QCS = {
  syntaxV1: '1.3.6.1.5.5.7.11.1',
  syntaxV2: '1.3.6.1.5.5.7.11.2',
  compliance: '0.4.0.1862.1.1',
  limitValue: '0.4.0.1862.1.2',
  retentionPeriod: '0.4.0.1862.1.3',
  sscd: '0.4.0.1862.1.4',
  pds: '0.4.0.1862.1.5',
  type: '0.4.0.1862.1.6',
  legislation: '0.4.0.1862.1.7',
  identMethod: '0.4.0.1862.1.8',
  qscdLegislation: '0.4.0.1862.1.9',
  psd2: '0.4.0.19495.2',
} as const;

export const QC_TYPES = { esign: '0.4.0.1862.1.6.1', eseal: '0.4.0.1862.1.6.2', web: '0.4.0.1862.1.6.3' } as const;
/** EN 319 412-1 clause 5.1. */
export const QC_SEMANTICS = {
  natural: '0.4.0.194121.1.1',
  legal: '0.4.0.194121.1.2',
  eidasNatural: '0.4.0.194121.1.3',
  eidasLegal: '0.4.0.194121.1.4',
} as const;

export interface QcStatementsInput {
  readonly compliance: boolean;
  /** ISO 3166 codes of the law under which the certificate is qualified; none = the EU's. */
  readonly legislation: readonly string[];
  readonly type?: keyof typeof QC_TYPES;
  readonly semantics?: keyof typeof QC_SEMANTICS;
}

/** `QCStatements ::= SEQUENCE OF SEQUENCE { statementId OBJECT IDENTIFIER, statementInfo ANY OPTIONAL }`, not critical. */
export function qcStatements(input: QcStatementsInput): Uint8Array {
  const out: Uint8Array[] = [];
  if (input.compliance) out.push(sequence(oid(QCS.compliance)));
  if (input.type !== undefined) out.push(sequence(oid(QCS.type), sequence(oid(QC_TYPES[input.type]))));
  if (input.legislation.length > 0) {
    out.push(sequence(oid(QCS.legislation), sequence(...input.legislation.map(printableString))));
  }
  if (input.semantics !== undefined) out.push(sequence(oid(QCS.syntaxV2), sequence(oid(QC_SEMANTICS[input.semantics]))));
  return extension(OID.qcStatements, false, sequence(...out));
}
