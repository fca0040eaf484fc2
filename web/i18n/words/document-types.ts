/** The 29 types of administrative document (Decree 30/2020, Art. 7 and Appendix III) with the abbreviation used in the notation. */
export interface DocumentType {
  /** Abbreviation; the two types without one carry `CV` and `TC-T` as code only. */
  readonly code: string;
  readonly abbreviation: string;
  readonly vi: string;
  readonly en: string;
}

const type = (abbreviation: string, vi: string, en: string, code = abbreviation): DocumentType => ({
  code,
  abbreviation,
  vi,
  en,
});

export const documentNames: readonly DocumentType[] = [
  type('', 'Công văn', 'Official letter', 'CV'),
  type('NQ', 'Nghị quyết', 'Resolution'),
  type('QĐ', 'Quyết định', 'Decision'),
  type('CT', 'Chỉ thị', 'Directive'),
  type('QC', 'Quy chế', 'Regulation'),
  type('QyĐ', 'Quy định', 'Rule'),
  type('TC', 'Thông cáo', 'Communiqué'),
  type('TB', 'Thông báo', 'Notice'),
  type('HD', 'Hướng dẫn', 'Guideline'),
  type('CTr', 'Chương trình', 'Programme'),
  type('KH', 'Kế hoạch', 'Plan'),
  type('PA', 'Phương án', 'Scheme'),
  type('ĐA', 'Đề án', 'Project proposal'),
  type('DA', 'Dự án', 'Project'),
  type('BC', 'Báo cáo', 'Report'),
  type('BB', 'Biên bản', 'Minutes'),
  type('TTr', 'Tờ trình', 'Submission'),
  type('HĐ', 'Hợp đồng', 'Contract'),
  type('CĐ', 'Công điện', 'Official telegram'),
  type('BGN', 'Bản ghi nhớ', 'Memorandum'),
  type('BTT', 'Bản thỏa thuận', 'Agreement'),
  type('GUQ', 'Giấy ủy quyền', 'Power of attorney'),
  type('GM', 'Giấy mời', 'Invitation'),
  type('GGT', 'Giấy giới thiệu', 'Letter of introduction'),
  type('GNP', 'Giấy nghỉ phép', 'Leave permit'),
  type('PG', 'Phiếu gửi', 'Dispatch slip'),
  type('PC', 'Phiếu chuyển', 'Transfer slip'),
  type('PB', 'Phiếu báo', 'Notification slip'),
  type('', 'Thư công', 'Formal letter', 'ThC'),
];
