import type { BothLanguages } from '../basics.ts';

/** One of the 29 kinds of administrative document (Decree 30/2020 Art. 7, Appendix III). */
export interface DocumentKind {
  /** `typeCode` of a document; unique also for the two kinds that have no abbreviation. */
  readonly code: string;
  /** What stands in the notation, e.g. `QĐ` in `12/QĐ-UBND`; empty for công văn and thư công. */
  readonly abbreviation: string;
  readonly name: BothLanguages;
}

const kind = (code: string, vi: string, en: string, abbreviation = code): DocumentKind => ({
  code,
  abbreviation,
  name: { vi, en },
});

export const documentKinds: readonly DocumentKind[] = [
  kind('CV', 'Công văn', 'Official letter', ''),
  kind('NQ', 'Nghị quyết', 'Resolution'),
  kind('QĐ', 'Quyết định', 'Decision'),
  kind('CT', 'Chỉ thị', 'Directive'),
  kind('QC', 'Quy chế', 'Statute'),
  kind('QyĐ', 'Quy định', 'Regulation'),
  kind('TC', 'Thông cáo', 'Communiqué'),
  kind('TB', 'Thông báo', 'Notice'),
  kind('HD', 'Hướng dẫn', 'Guidance'),
  kind('CTr', 'Chương trình', 'Programme'),
  kind('KH', 'Kế hoạch', 'Plan'),
  kind('PA', 'Phương án', 'Scheme'),
  kind('ĐA', 'Đề án', 'Proposal'),
  kind('DA', 'Dự án', 'Project'),
  kind('BC', 'Báo cáo', 'Report'),
  kind('BB', 'Biên bản', 'Minutes'),
  kind('TTr', 'Tờ trình', 'Submission'),
  kind('HĐ', 'Hợp đồng', 'Contract'),
  kind('CĐ', 'Công điện', 'Official telegram'),
  kind('BGN', 'Bản ghi nhớ', 'Memorandum'),
  kind('BTT', 'Bản thỏa thuận', 'Agreement'),
  kind('GUQ', 'Giấy ủy quyền', 'Authorisation'),
  kind('GM', 'Giấy mời', 'Invitation'),
  kind('GGT', 'Giấy giới thiệu', 'Letter of introduction'),
  kind('GNP', 'Giấy nghỉ phép', 'Leave permit'),
  kind('PG', 'Phiếu gửi', 'Dispatch note'),
  kind('PC', 'Phiếu chuyển', 'Transfer note'),
  kind('PB', 'Phiếu báo', 'Advice note'),
  kind('ThC', 'Thư công', 'Official correspondence', ''),
];

/** The kind of a code; the empty code is the công văn, whose notation has no abbreviation. */
export function kindOf(code: string): DocumentKind | undefined {
  return code === '' ? documentKinds[0] : documentKinds.find((one) => one.code === code);
}
