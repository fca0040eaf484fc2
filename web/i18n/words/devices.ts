import type { Words } from '../catalogue.ts';

export const deviceWords = {
  'device.title': ['Thiết bị ký của tôi', 'My signing devices'],
  'device.lead': [
    'Khóa bí mật nằm trong thiết bị; hệ thống chỉ biết chứng thư. Mỗi lần ký, thiết bị hỏi lại bạn.',
    'The private key stays in the device; this system knows only the certificate. The device asks you before each signature.',
  ],
  'device.none': ['Chưa ghép thiết bị nào.', 'No device is paired.'],
  'device.none.text': [
    'Mở phần mềm ký trên máy có PKI Token, đọc mã tám ký tự và nhập vào ô bên cạnh.',
    'Open the signing software on the computer with the PKI Token, read the eight-character code and enter it here.',
  ],
  'device.pair': ['Ghép thiết bị mới', 'Pair a device'],
  'device.code': ['Mã hiện trên thiết bị', 'Code shown on the device'],
  'device.code.hint': [
    'Dạng ABCD-1234. Chỉ nhập mã do chính bạn vừa mở.',
    'Like ABCD-1234. Enter only a code that you have just opened yourself.',
  ],
  'device.code.error': ['Mã gồm 8 chữ và số, ví dụ ABCD-1234.', 'The code has 8 letters and digits, like ABCD-1234.'],
  'device.pair.do': ['Ghép thiết bị', 'Pair the device'],
  'device.paired': ['Đã ghép {name}.', '{name} is paired.'],
  'device.online': ['Đang kết nối', 'Online'],
  'device.offline': ['Không kết nối', 'Offline'],
  'device.practice': ['Khóa thực hành', 'Practice key'],
  'device.token': ['PKI Token', 'PKI Token'],
  'device.since': ['Ghép ngày', 'Paired'],
  'device.seen': ['Thấy lần cuối', 'Last seen'],
  'device.certificates': ['Chứng thư trên thiết bị', 'Certificates on the device'],
  'device.no-certificates': ['Thiết bị chưa báo chứng thư nào của bạn.', 'The device has announced none of your certificates.'],
  'device.expires': ['hết hạn {day}', 'expires {day}'],
  'device.days': ['còn {n} ngày', '{n} days left'],
  'device.years': ['còn {n} năm', '{n} years left'],
  'device.expired': ['đã hết hạn', 'expired'],
  'device.serial': ['Số sê-ri', 'Serial'],
  'device.remove': ['Gỡ thiết bị', 'Unpair'],
  'device.remove.title': ['Gỡ {name}?', 'Unpair {name}?'],
  'device.remove.text': [
    'Thiết bị sẽ không nhận việc ký của bạn nữa. Chữ ký đã có không bị ảnh hưởng. Có thể ghép lại bằng mã mới.',
    'The device will get no more signing jobs of yours. Existing signatures are not affected. It can be paired again with a new code.',
  ],
} as const satisfies Words;
