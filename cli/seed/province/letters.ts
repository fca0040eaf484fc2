import type { DemoDraft, DemoPastDocument } from '../data.ts';

export const provinceDrafts: readonly DemoDraft[] = [
  {
    drafterPosition: 'finance.official',
    signerPosition: 'finance.leader',
    addressees: ['binh-an', 'dong-tien', 'phu-hoa', 'tan-lap', 'minh-khai', 'suoi-nghe'],
    typeCode: 'CV',
    stage: 'awaiting-signature',
    letter: {
      superior: 'Ủy ban nhân dân\ntỉnh Sơn Hà',
      agency: 'Sở Tài chính',
      notation: 'STC-QLNS',
      place: 'Sơn Hà',
      subject: 'hướng dẫn lập dự toán thu, chi ngân sách cấp xã năm 2027',
      addressees: ['Ủy ban nhân dân các xã, phường trên địa bàn tỉnh'],
      paragraphs: [
        'Thực hiện Luật Ngân sách nhà nước và chỉ đạo của Ủy ban nhân dân tỉnh về việc xây dựng Kế hoạch phát triển kinh tế - xã hội và dự toán ngân sách nhà nước năm 2027, Sở Tài chính hướng dẫn Ủy ban nhân dân các xã, phường một số nội dung như sau:',
        '1. Đánh giá tình hình thực hiện nhiệm vụ thu, chi ngân sách 9 tháng và ước thực hiện cả năm 2026, trong đó phân tích rõ các khoản thu phân chia theo tỷ lệ phần trăm (%) sau khi sắp xếp đơn vị hành chính.',
        '2. Dự toán chi thường xuyên năm 2027 bảo đảm đúng định mức phân bổ, ưu tiên kinh phí cho chuyển đổi số, chữ ký số chuyên dùng công vụ và vận hành bộ phận tiếp nhận và trả kết quả.',
        '3. Hồ sơ dự toán gửi về Sở Tài chính trước ngày 15 tháng 12 năm 2026 bằng văn bản điện tử có ký số của cơ quan, không gửi kèm bản giấy.',
        'Trong quá trình thực hiện, nếu có vướng mắc, đề nghị Ủy ban nhân dân các xã, phường phản ánh kịp thời về Sở Tài chính để được hướng dẫn./.',
      ],
      recipients: ['- Như trên;', '- UBND tỉnh (b/c);', '- Giám đốc, các Phó Giám đốc;', '- Lưu: VT, QLNS.'],
      signer: { title: 'Giám đốc', fullName: 'Trần Quốc Hùng' },
    },
  },
  {
    drafterPosition: 'home-affairs.official',
    signerPosition: 'home-affairs.leader',
    addressees: ['finance', 'science', 'dong-son'],
    typeCode: 'CV',
    stage: 'draft',
    letter: {
      superior: 'Ủy ban nhân dân\ntỉnh Sơn Hà',
      agency: 'Sở Nội vụ',
      notation: 'SNV-CCHC',
      place: 'Sơn Hà',
      subject: 'đăng ký nhu cầu cấp chứng thư chữ ký số đợt 4 năm 2026',
      addressees: ['Sở Tài chính', 'Sở Khoa học và Công nghệ', 'Ủy ban nhân dân huyện Đông Sơn'],
      paragraphs: [
        'Để kịp thời cấp chứng thư chữ ký số chuyên dùng công vụ cho cán bộ, công chức mới tuyển dụng và người có thay đổi vị trí công tác, Sở Nội vụ đề nghị các cơ quan, đơn vị rà soát, tổng hợp nhu cầu cấp mới, gia hạn và thu hồi chứng thư chữ ký số của cá nhân và của tổ chức.',
        'Danh sách đăng ký gửi về Sở Nội vụ trước ngày 05 tháng 12 năm 2026 để tổng hợp, báo cáo cơ quan cấp chứng thư theo quy định./.',
      ],
      recipients: ['- Như trên;', '- Giám đốc Sở (b/c);', '- Lưu: VT, CCHC.'],
      signer: { title: 'Giám đốc', fullName: 'Đỗ Thái Bình' },
    },
  },
];

export const provincePast: readonly DemoPastDocument[] = [
  {
    agency: 'dong-son',
    drafterPosition: 'dong-son.clerk',
    signerPosition: 'dong-son.leader',
    addressees: ['province', 'finance'],
    typeCode: 'BC',
    number: 214,
    date: '2025-05-19',
    letter: {
      agency: 'Ủy ban nhân dân\nhuyện Đông Sơn',
      notation: 'BC-UBND',
      place: 'Đông Sơn',
      typeName: 'Báo cáo',
      subject: 'Kết quả bàn giao hồ sơ, tài liệu và con dấu khi kết thúc hoạt động của đơn vị hành chính cấp huyện',
      addressees: [],
      paragraphs: [
        'Thực hiện chủ trương kết thúc hoạt động của đơn vị hành chính cấp huyện từ ngày 01 tháng 7 năm 2025, Ủy ban nhân dân huyện Đông Sơn báo cáo kết quả chuẩn bị bàn giao như sau:',
        '1. Hồ sơ, tài liệu lưu trữ: 1.284 mét giá đã chỉnh lý, lập mục lục và bàn giao theo địa giới cho phường Bình An, xã Đồng Tiến và xã Phú Hòa; tài liệu lưu trữ vĩnh viễn nộp vào Lưu trữ lịch sử của tỉnh.',
        '2. Văn bản điện tử: 46.912 văn bản đi và 118.305 văn bản đến trên Hệ thống được đóng sổ, ký số và bàn giao nguyên trạng.',
        '3. Chứng thư chữ ký số của cơ quan và của 37 cá nhân được đề nghị thu hồi kể từ ngày 01 tháng 7 năm 2025.',
        'Ủy ban nhân dân huyện Đông Sơn trân trọng báo cáo./.',
      ],
      recipients: ['- UBND tỉnh;', '- Sở Tài chính;', '- Thường trực Huyện ủy;', '- Lưu: VT.'],
      signer: { capacity: 'TM. Ủy ban nhân dân', title: 'Chủ tịch', fullName: 'Nguyễn Chí Thành' },
    },
  },
];
