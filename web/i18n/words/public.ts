import type { Words } from '../catalogue.ts';

export const publicWords = {
  skip: ['Chuyển tới nội dung chính', 'Skip to main content'],
  nav: ['Các trang', 'Pages'],
  'nav.verify': ['Kiểm tra văn bản', 'Verify a document'],
  'nav.sign-in': ['Đăng nhập', 'Sign in'],
  'foot.what': [
    'Ấn Tín · Nền tảng nguồn mở về chữ ký số chuyên dùng công vụ và trao đổi văn bản điện tử.',
    'Antin · Open platform for official-duty digital signatures and exchange of electronic documents.',
  ],
  'foot.time': ['Mọi thời điểm hiển thị theo giờ Việt Nam (UTC+7).', 'All times are shown in Vietnam time (UTC+7).'],
  'practice.banner': [
    'Chế độ thực hành: cơ quan, con người và chứng thư đều là dữ liệu mẫu, không có giá trị pháp lý.',
    'Practice mode: agencies, people and certificates are sample data without legal effect.',
  ],
  'practice.tag': ['Thực hành', 'Practice'],

  'start.title': ['Ấn Tín', 'Antin'],
  'start.heading': [
    'Ký số, phát hành và tiếp nhận văn bản điện tử của cơ quan nhà nước',
    'Sign, issue and receive electronic documents of state agencies',
  ],
  'start.lead': [
    'Từ dự thảo, chữ ký của lãnh đạo, số và dấu của cơ quan đến sổ văn bản và xác nhận của nơi nhận: một chuỗi liền mạch, kiểm tra được ở mọi bước.',
    'From draft, the leader’s signature, the agency’s number and seal to the register and the receiver’s confirmation: one chain that can be checked at every step.',
  ],
  'start.work': ['Vào làm việc', 'Go to work'],
  'start.work.text': [
    'Dành cho lãnh đạo, văn thư và công chức được cấp tài khoản.',
    'For leaders, clerks and officials with an account.',
  ],
  'start.verify': ['Kiểm tra một văn bản', 'Verify a document'],
  'start.verify.text': [
    'Dành cho mọi người. Tệp được kiểm tra ngay trong trình duyệt, không tải lên đâu cả.',
    'For everyone. The file is checked inside your browser and uploaded nowhere.',
  ],
  'start.installation': ['Hệ thống này', 'This installation'],
  'start.operator': ['Đơn vị vận hành', 'Operated by'],
  'start.profile': ['Chế độ', 'Profile'],
  'start.profile.practice': ['Thực hành, dữ liệu mẫu', 'Practice, sample data'],
  'start.profile.production': ['Chính thức', 'Production'],
  'start.agencies': ['Cơ quan, đơn vị đang hoạt động', 'Agencies in operation'],
  'start.basis': ['Căn cứ', 'Legal basis'],
  'start.basis.text': [
    'Luật Giao dịch điện tử 20/2023/QH15; Nghị định 68/2024/NĐ-CP; Nghị định 30/2020/NĐ-CP; Thông tư 15/2025/TT-BKHCN.',
    'Law 20/2023/QH15 on E-Transactions; Decree 68/2024/NĐ-CP; Decree 30/2020/NĐ-CP; Circular 15/2025/TT-BKHCN.',
  ],

  'sign-in.title': ['Đăng nhập', 'Sign in'],
  'sign-in.page': ['Đăng nhập · Ấn Tín', 'Sign in · Antin'],
  'sign-in.name': ['Tên đăng nhập', 'Sign-in name'],
  'sign-in.password': ['Mật khẩu', 'Password'],
  'sign-in.show': ['Hiện mật khẩu', 'Show password'],
  'sign-in.submit': ['Đăng nhập', 'Sign in'],
  'sign-in.busy': ['Đang đăng nhập…', 'Signing in…'],
  'sign-in.help': [
    'Quên mật khẩu hoặc chưa có tài khoản: liên hệ quản trị viên của cơ quan.',
    'No account or forgotten password: ask your agency’s administrator.',
  ],
  'sign-in.people': ['Người dùng của tỉnh mẫu', 'People of the sample province'],
  'sign-in.people.text': [
    'Chọn một người để điền tên đăng nhập. Mật khẩu thực hành được in ở cửa sổ dòng lệnh khi khởi động.',
    'Choose a person to fill in the sign-in name. The practice password was printed in the terminal at start.',
  ],
  'sign-in.filter': ['Tìm theo tên, chức vụ hoặc cơ quan', 'Find by name, title or agency'],
  'sign-in.none': ['Không có ai khớp với từ cần tìm.', 'Nobody matches.'],
  'sign-in.problem': ['Chưa đăng nhập được', 'You are not signed in'],
  'sign-in.unreachable': [
    'Không kết nối được tới máy chủ. Kiểm tra mạng rồi thử lại; những gì đã nhập vẫn còn.',
    'The server cannot be reached. Check the network and try again; what you typed is kept.',
  ],
  'sign-in.empty': ['Nhập tên đăng nhập và mật khẩu.', 'Enter your sign-in name and password.'],
  'sign-in.script': [
    'Trang này cần JavaScript để đăng nhập. Hãy bật JavaScript hoặc dùng trình duyệt khác.',
    'Signing in needs JavaScript. Turn it on or use another browser.',
  ],
  'role.leader': ['Lãnh đạo', 'Leader'],
  'role.clerk': ['Văn thư', 'Clerk'],
  'role.drafter': ['Công chức', 'Official'],
  'role.certificate-officer': ['Quản lý chứng thư số', 'Certificate officer'],
  'role.administrator': ['Quản trị', 'Administrator'],
} as const satisfies Words;
