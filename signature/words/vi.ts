import type { Catalogue } from './catalogue.ts';

const list = (parts: readonly string[]): string =>
  parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} và ${parts.at(-1)}`;
const at = (when: string): string => (when === '' ? '' : ` lúc ${when}`);

const fields = (names: readonly string[]): string =>
  list(names.map((name) => (name === 'so' ? 'số' : name === 'ngay' ? 'ngày' : `ô “${name}”`)));

/** Câu chữ tiếng Việt. Một khoá, một câu; không ghép từ máy. */
export const VI: Catalogue = {
  valid: ({ persons, seals, authorityChecked, unsignedFields, parts, apart }) => {
    if (apart.length > 0) {
      const each = apart.map(({ who, parts: own }) => `${who} ký ${list(own)}`).join('; ');
      return `Những gì được ký còn nguyên vẹn, nhưng mỗi người chỉ ký phần của mình: ${each}${parts.length === 0 ? '' : '; ngoài ra không ai ký'}.`;
    }
    if (parts.length > 0) {
      return `Phần được ký của tệp (${list(parts)}) còn nguyên vẹn, do ${list([...persons, ...seals])} ký; không chữ ký nào xác nhận những gì nằm ngoài phần đó.`;
    }
    if (unsignedFields.length > 0) {
      return `Phần đã ký còn nguyên vẹn, do ${list([...persons, ...seals])} ký, nhưng nội dung điền sau đó (${fields(unsignedFields)}) không có chữ ký nào xác nhận.`;
    }
    if (authorityChecked) return 'Văn bản này còn nguyên vẹn và do đúng người, đúng cơ quan ký.';
    const who = list([...persons, ...seals]);
    return `Văn bản này còn nguyên vẹn, do ${who} ký; thẩm quyền chưa kiểm tra.`;
  },
  validMail: ({ persons, seals }) =>
    `Nội dung thư còn nguyên vẹn, do ${list([...persons, ...seals])} ký; tiêu đề, người gửi và người nhận ghi trên thư không nằm trong phần được ký.`,
  replaced: (by) => `Văn bản này còn nguyên vẹn, nhưng nay đã được thay thế${by === '' ? '' : ` bởi ${by}`}.`,
  recalled: () => 'Văn bản này còn nguyên vẹn, nhưng cơ quan ban hành đã thu hồi.',
  unsigned: () => 'Tệp này không có chữ ký số.',
  unsignedNext: () => 'Nếu cần bản có giá trị pháp lý, hãy đề nghị cơ quan ban hành gửi bản đã ký số.',
  invalid: (reason) => `Không hợp lệ: ${reason}.`,
  indeterminate: (reason) => `Chưa thể kết luận: ${reason}.`,
  reasons: {
    'integrity.digest': () => 'nội dung đã bị thay đổi sau khi ký',
    'integrity.signature-value': ({ signer }) =>
      `giá trị chữ ký không khớp với chứng thư${signer === '' ? '' : ` của ${signer}`}`,
    'pdf.changed-after-signing': () => 'nội dung đã bị thay đổi sau khi ký',
    'pdf.pages-changed': () => 'trang của văn bản đã bị thêm, bớt hoặc thay đổi sau khi ký',
    'pdf.permissions-changed': () => 'quyền sửa đổi do người ký đặt ra đã bị thay đổi sau khi ký',
    'pdf.docmdp-violated': () => 'văn bản đã bị sửa dù người ký không cho phép',
    'pdf.field-locked': () => 'một ô đã khoá khi ký đã bị sửa',
    'pdf.appearance-differs-from-value': () => 'nội dung hiển thị trong một ô điền khác với giá trị được ghi',
    'pdf.signature-dictionary-changed': () => 'thông tin của chữ ký đã bị thay đổi sau khi ký',
    'pdf.signature-not-in-form': () => 'chữ ký đã bị tách khỏi văn bản',
    'pdf.signature-not-in-signed-revision': () => 'chữ ký không nằm trong phần mà nó khai là đã ký',
    'pdf.signature-orphan': () => 'chữ ký đã bị tách khỏi văn bản',
    'pdf.signature-not-dictionary': () => 'ô chữ ký có giá trị nhưng không chứa chữ ký',
    'pdf.byte-range-missing': () => 'chữ ký không cho biết nó bao trùm phần nào của tệp',
    'pdf.byte-range-malformed': () => 'phạm vi được ký ghi trong tệp không hợp lệ',
    'pdf.gap-not-contents': () => 'trong tệp có phần không được chữ ký bảo vệ như nó khai báo',
    'pdf.range-ends-inside-revision': () => 'phạm vi được ký không kết thúc ở một phiên bản của tệp',
    'pdf.contents-missing': () => 'ô chữ ký không chứa chữ ký',
    'pdf.contents-empty': () => 'ô chữ ký không chứa chữ ký',
    'pdf.padding-not-zero': () => 'phía sau chữ ký có dữ liệu lạ',
    'pdf.trailing-data': () => 'phía sau văn bản đã ký có dữ liệu không rõ nguồn gốc',
    'cms.unreadable': () => 'dữ liệu chữ ký bị hỏng',
    'cms.two-contents': () => 'dữ liệu nằm trong chữ ký không phải là tệp được đưa kiểm tra',
    'time-stamp.imprint': () => 'nội dung đã bị thay đổi sau khi đóng dấu thời gian',
    'time-stamp.digest': () => 'dấu thời gian của văn bản bị hỏng',
    'time-stamp.value': () => 'dấu thời gian của văn bản bị hỏng',
    'pdf.*': () => 'cấu trúc của tệp đã ký bị hỏng hoặc đã bị can thiệp',
    'xml.unsigned-content': () => 'chỉ một phần của tệp được ký, trong tệp còn nội dung không ai ký xác nhận',
    'xml.unsigned-object': () => 'trong chữ ký có kèm nội dung không ai ký xác nhận',
    'xml.unsigned-instruction': () => 'tệp có chỉ dẫn cách hiển thị (bảng định dạng) không ai ký xác nhận',
    'file.active-name': () => 'tên tệp khiến phần mềm chạy hoặc hiển thị tệp như trang web, với nội dung khác nội dung đã ký',
    'file.two-formats': () => 'tệp vừa là tài liệu Office vừa là gói chữ ký, mỗi phần mềm chỉ thấy một trong hai',
    'xml.type-contradicted': () => 'tệp ghi loại của nội dung đã ký khác với loại mà người ký xác nhận',
    'xml.prefix-not-signed': () => 'trong tệp có giá trị viết bằng tên rút gọn mà không ai ký xác nhận tên đó chỉ điều gì',
    'xml.signature-cuts-text': () => 'chữ ký nằm giữa một đoạn chữ, phần mềm có thể chỉ đọc được một phần của giá trị',
    'xml.active-content': () => 'tệp là trang web hoặc hình vẽ có thể hiển thị nội dung khác khi mở',
    'xml.style-sheet': () => 'tệp hiển thị qua một bảng định dạng mà không ai ký xác nhận',
    'asic.name-not-signed': () =>
      'tên tệp trong gói khiến phần mềm chạy hoặc hiển thị tệp như trang web, và không ai ký xác nhận tên đó',
    'xml.data-not-in-document': () => 'nội dung mà chữ ký xác nhận không có trong tệp',
    'xmldsig.ambiguous-id': () => 'trong tệp có hai phần tử cùng tự nhận là phần được ký',
    'xmldsig.transform-refused': () => 'dữ liệu được ký qua một phép biến đổi mà phần mềm này không thực hiện',
    'xmldsig.reference-refused': () => 'phần được ký được chỉ ra theo cách mà phần mềm này không theo',
    'xml.dtd-refused': () => 'tệp có khai báo kiểu tài liệu (DTD), tệp đã ký không được có',
    'xades.*': () => 'các thuộc tính không phải của chữ ký này hoặc đã bị can thiệp',
    'xmldsig.*': () => 'cấu trúc chữ ký không đúng chuẩn',
    'xml.*': () => 'cấu trúc của tệp đã ký bị hỏng hoặc không đọc được',
    'jws.algorithm-is-no-signature': () => 'tệp chỉ tự nhận là đã ký: thứ thay cho chữ ký thì ai cũng tạo được',
    'jws.crit-not-understood': () => 'người ký đặt ra một yêu cầu cho người đọc mà phần mềm này không biết',
    'jws.two-contents': () => 'dữ liệu nằm trong chữ ký không phải tệp được đưa vào',
    'jws.objects-not-separated': () => 'nhiều tệp được ký gộp thành một, nên không chắc mỗi tệp kết thúc ở đâu',
    'jws.type-not-signed': () => 'tệp ghi loại của nội dung đã ký mà không ai ký xác nhận',
    'jws.mechanism': () => 'dữ liệu được ký được chỉ ra theo cách mà phần mềm này không theo',
    'json.duplicate-member': () => 'tệp nói cùng một điều hai lần, mỗi phần mềm có thể đọc một khác',
    'jws.*': () => 'cấu trúc chữ ký không đúng chuẩn',
    'json.*': () => 'cấu trúc của tệp đã ký bị hỏng hoặc không đọc được',
    'base64.*': () => 'cấu trúc của tệp đã ký bị hỏng hoặc không đọc được',
    'asic.not-covered': () => 'trong gói có tệp không được chữ ký hợp lệ nào bao trùm',
    'asic.data-objects': () => 'gói phải chứa đúng một tệp, nhưng số tệp không đúng',
    'asic.time-stamp-only': () => 'gói chỉ có dấu thời gian; không có cá nhân hay cơ quan nào ký',
    'asic.manifest-missing': () => 'trong gói thiếu danh mục những gì được ký',
    'asic.manifest-ambiguous': () => 'trong gói có hai danh mục những gì được ký',
    'asic.manifest-orphan': () => 'có vẻ một chữ ký đã bị lấy ra khỏi gói',
    'detached.not-signed': () => 'dữ liệu được đưa kèm không phải là nội dung mà chữ ký xác nhận',
    'cms.text-around': () => 'tệp có phần chữ nằm ngoài nội dung được ký',
    'ooxml.two-formats': () => 'tệp Office đồng thời là một tệp PDF không ai ký',
    'asic.two-formats': () => 'gói đồng thời là một tệp PDF không ai ký',
    'asic.mimetype-unknown': () => 'gói tự nhận là một loại tệp khác',
    'asic.mimetype-contradicted': () => 'gói tự nhận là một loại tệp khác',
    'asic.*': () => 'gói không đúng chuẩn',
    'ooxml.not-covered': () => 'tệp Office có nội dung không được chữ ký bao trùm, có thể đã được thêm vào sau khi ký',
    'ooxml.outside-content': () => 'tệp Office hiển thị nội dung lấy từ nơi khác mà không ai ký xác nhận',
    'ooxml.*': () => 'tệp Office không đúng chuẩn hoặc được dựng để mỗi phần mềm thấy một nội dung khác nhau',
    'zip.duplicate': () => 'trong gói có hai tệp trùng tên',
    'zip.encrypted': () => 'gói được đặt mật khẩu nên không đọc được',
    'zip.budget': () => 'gói khi giải nén lớn bất thường hoặc vượt mức được kiểm tra ở đây',
    'zip.unsupported': () => 'gói được nén theo cách phần mềm này không đọc',
    'zip.*': () => 'gói bị hỏng hoặc được dựng để mỗi phần mềm thấy những tệp khác nhau',
    'inflate.*': () => 'một tệp nén trong gói bị hỏng hoặc không giải nén được',
    'cms.*': () => 'cấu trúc chữ ký không đúng chuẩn',
    HASH_FAILURE: () => 'nội dung đã bị thay đổi sau khi ký',
    SIG_CRYPTO_FAILURE: () => 'giá trị chữ ký không đúng',
    FORMAT_FAILURE: () => 'cấu trúc của tệp đã ký bị hỏng hoặc đã bị can thiệp',
    NOT_YET_VALID: ({ signer, when }) => `khi ký, chứng thư của ${signer} chưa có hiệu lực (có hiệu lực từ${at(when)})`,
    'trust.chain-found': ({ issuer }) => `chưa biết tổ chức đã cấp chứng thư này${issuer === '' ? '' : ` (${issuer})`}`,
    NO_CERTIFICATE_CHAIN_FOUND: ({ issuer }) => `chưa biết tổ chức đã cấp chứng thư này${issuer === '' ? '' : ` (${issuer})`}`,
    'trust.anchor-ended': ({ signer, when }) =>
      `tổ chức đã cấp chứng thư của ${signer} chỉ được tin cậy ở đây cho đến${at(when)}, không có dấu thời gian chứng minh văn bản được ký trước lúc đó`,
    'trust.anchor-not-yet': ({ signer, when }) =>
      `khi ký, tổ chức đã cấp chứng thư của ${signer} chưa được tin cậy ở đây (được tin cậy từ${at(when)})`,
    'trust.chain-constraints': ({ signer }) =>
      `chứng thư của ${signer} không được cấp cho việc ký văn bản hoặc không đúng quy định của tổ chức cấp`,
    CHAIN_CONSTRAINTS_FAILURE: ({ signer }) =>
      `chứng thư của ${signer} không được cấp cho việc ký văn bản hoặc không đúng quy định của tổ chức cấp`,
    'trust.signed-after-revocation': ({ signer, when }) =>
      `chứng thư của ${signer} đã bị thu hồi${at(when)}, và dấu thời gian cho thấy văn bản được ký sau đó`,
    'trust.signed-after-expiry': ({ signer, when }) =>
      `chứng thư của ${signer} đã hết hạn${at(when)}, và dấu thời gian cho thấy văn bản được ký sau đó`,
    'policy.level': () => 'chữ ký chưa đạt mức mà quy định kiểm tra này đòi hỏi',
    'trust.not-revoked': ({ signer, when }) =>
      `chứng thư của ${signer} đã bị thu hồi${at(when)}, không có dấu thời gian chứng minh văn bản được ký trước lúc đó`,
    REVOKED_NO_POE: ({ signer, when }) =>
      `chứng thư của ${signer} đã bị thu hồi${at(when)}, không có dấu thời gian chứng minh văn bản được ký trước lúc đó`,
    REVOKED_CA_NO_POE: ({ when }) =>
      `chứng thư của tổ chức cấp đã bị thu hồi${at(when)}, không có dấu thời gian chứng minh văn bản được ký trước lúc đó`,
    'trust.not-expired': ({ signer, when }) =>
      `chứng thư của ${signer} đã hết hạn${at(when)}, không có dấu thời gian chứng minh văn bản được ký khi chứng thư còn hạn`,
    'trust.not-yet-valid': ({ signer, when }) => `chứng thư của ${signer} chưa có hiệu lực (có hiệu lực từ${at(when)})`,
    OUT_OF_BOUNDS_NO_POE: ({ signer, when }) => `chứng thư của ${signer} nằm ngoài thời hạn hiệu lực (mốc${at(when)})`,
    'trust.revocation-known': ({ signer }) => `chưa kiểm tra được chứng thư của ${signer} có bị thu hồi hay không`,
    TRY_LATER: ({ signer }) => `chưa kiểm tra được chứng thư của ${signer} có bị thu hồi hay không`,
    'signer.found': () => 'không tìm thấy chứng thư của người ký trong tệp',
    'signer.bound': () => 'chữ ký không gắn chắc với chứng thư đi kèm',
    NO_SIGNING_CERTIFICATE_FOUND: () => 'không tìm thấy chứng thư của người ký',
    'integrity.data-found': () => 'thiếu tệp dữ liệu đã được ký',
    SIGNED_DATA_NOT_FOUND: () => 'thiếu tệp dữ liệu đã được ký',
    'algorithm.allowed': () => 'chữ ký dùng thuật toán nay không còn đủ an toàn',
    'algorithm.not-allowed': () => 'chữ ký dùng thuật toán nay không còn đủ an toàn',
    'algorithm.disagree': () => 'các thuật toán ghi trong chữ ký mâu thuẫn với nhau',
    'algorithm.known': () => 'chữ ký dùng thuật toán mà phần mềm này chưa hỗ trợ',
    CRYPTO_CONSTRAINTS_FAILURE: () => 'chữ ký dùng thuật toán không được chấp nhận',
    CRYPTO_CONSTRAINTS_FAILURE_NO_POE: () => 'chữ ký dùng thuật toán nay không còn đủ an toàn',
    TIMESTAMP_ORDER_FAILURE: () => 'các dấu thời gian mâu thuẫn về thứ tự',
    'pdf.widget-over-content': () => 'hình của một chữ ký thêm sau đè lên nội dung của văn bản',
    'pdf.widget-over-unknown': () => 'hình của một chữ ký thêm sau có thể đè lên nội dung của văn bản',
    'pdf.annotation-over-content': () => 'một ghi chú thêm sau khi ký có thể che nội dung của văn bản',
    'pdf.appearance-not-decidable': () => 'không xác định được nội dung hiển thị trong một ô điền sau khi ký',
    'pdf.filled-value-changed': () => 'giá trị của một ô đã điền khi ký đã bị sửa sau đó',
    'pdf.annotation-added': () => 'có ghi chú được thêm sau khi ký mà không ai ký xác nhận',
    'pdf.button-draws': () => 'một ô chọn lớn được đánh dấu sau khi ký có thể hiển thị nội dung chưa ai thấy khi ký',
    'pdf.field-redrawn': () => 'một ô đã có hình từ trước bị thay hình khi có người ký vào',
    'pdf.signature-covered': () => 'hình của một chữ ký thêm sau che gần hết chữ ký trước',
    'pdf.change-undecided': () => 'tệp có thay đổi sau khi ký mà phần mềm không xác định được là vô hại',
    'pdf.sub-filter-not-judged': () => 'tệp có chữ ký thuộc loại mà phần mềm này chưa kiểm tra được',
    'pdf.time-stamp-only': () => 'tệp chỉ có dấu thời gian, không có chữ ký của người hay cơ quan nào',
    'pdf.password-wrong': () => 'mật khẩu không mở được tệp, nên không đọc được chữ ký',
    'pdf.encryption-unsupported': () => 'tệp được mã hóa theo cách phần mềm này không đọc được',
    'pdf.encryption-damaged': () => 'phần mã hóa của tệp bị hỏng hoặc bị sửa',
    'pdf.encrypted': () => 'tệp được đặt mật khẩu nên không đọc được chữ ký',
    'smime.other-sender': () => 'người gửi ghi trên thư không phải là người có tên trong chứng thư',
    'smime.partly-signed': () => 'chỉ một phần của thư được ký, bên cạnh những phần không ai ký',
    'smime.encrypted': () => 'thư được mã hóa nên không đọc được chữ ký',
    'smime.*': () => 'cấu trúc của thư đã ký bị hỏng',
    'mime.*': () => 'cấu trúc của thư đã ký bị hỏng',
    'limit.*': ({ detail }) => `tệp vượt giới hạn xử lý (${detail})`,
    'engine.complete': () => 'chưa thực hiện được đầy đủ các bước kiểm tra',
  },
  next: {
    'trust.revocation-known': 'Hãy thử lại khi có kết nối mạng.',
    TRY_LATER: 'Hãy thử lại khi có kết nối mạng.',
    'trust.chain-found': 'Nếu biết tổ chức cấp chứng thư, hãy thêm chứng thư gốc của họ; nếu không, hãy hỏi văn thư cơ quan gửi.',
    NO_CERTIFICATE_CHAIN_FOUND:
      'Nếu biết tổ chức cấp chứng thư, hãy thêm chứng thư gốc của họ; nếu không, hãy hỏi văn thư cơ quan gửi.',
    'integrity.data-found': 'Hãy chọn thêm tệp dữ liệu đi kèm chữ ký này.',
    SIGNED_DATA_NOT_FOUND: 'Hãy chọn thêm tệp dữ liệu đi kèm chữ ký này.',
    'trust.not-revoked': 'Hãy liên hệ văn thư cơ quan ban hành để xác nhận thời điểm ký.',
    'trust.not-expired': 'Hãy liên hệ văn thư cơ quan ban hành để xác nhận thời điểm ký.',
    'ooxml.not-covered': 'Không dựa vào tài liệu này; hãy đề nghị cơ quan ban hành gửi lại.',
    'asic.not-covered': 'Chỉ tin những tệp được chữ ký bao trùm, hoặc đề nghị cơ quan gửi cung cấp gói được ký toàn bộ.',
    'xml.unsigned-content': 'Chỉ dùng phần được ký, hoặc đề nghị cơ quan ban hành gửi tệp được ký toàn bộ.',
    'integrity.digest': 'Không sử dụng văn bản này; hãy đề nghị cơ quan ban hành gửi lại.',
    'pdf.changed-after-signing': 'Không sử dụng văn bản này; hãy đề nghị cơ quan ban hành gửi lại.',
    'pdf.pages-changed': 'Không sử dụng văn bản này; hãy đề nghị cơ quan ban hành gửi lại.',
    'pdf.encrypted': 'Hãy đề nghị người gửi cung cấp bản không đặt mật khẩu.',
  },
  otherReason: (code) => `không đạt bước kiểm tra "${code}"`,
  changed: {
    no: () => 'Không. Nội dung còn nguyên như khi ký.',
    allowed: (names) => `Không. Sau chữ ký đầu tiên chỉ có những thay đổi được phép: ${list(names)}.`,
    unsignedFill: (names) =>
      `Phần đã ký không thay đổi, nhưng ${fields(names)} được điền sau chữ ký cuối cùng, không ai ký xác nhận.`,
    partly: (parts) =>
      `Phần đã ký${parts.length === 0 ? '' : ` (${list(parts)})`} không thay đổi; những gì khác trong tệp không ai ký xác nhận.`,
    yes: () => 'Có. Nội dung đã bị thay đổi sau khi ký.',
    broken: () => 'Không thể tin là còn nguyên vẹn: chữ ký hoặc cấu trúc tệp đã hỏng.',
    unknown: () => 'Chưa xác định được.',
    unsigned: () => 'Không thể biết, vì tệp không có chữ ký số.',
  },
  changeNames: {
    'field-filled': (field) => (field === 'so' ? 'điền số' : field === 'ngay' ? 'điền ngày' : `điền ô “${field}”`),
    'button-chosen': (field) => `chọn ô “${field}”`,
    'seal-placed': () => 'đóng dấu',
    'signature-field-filled': () => 'thêm chữ ký số',
    'signature-added': () => 'thêm chữ ký số',
    'evidence-added': () => 'thêm dữ liệu chứng minh lâu dài',
    'time-stamped': () => 'thêm dấu thời gian',
    'annotation-added': () => 'thêm ghi chú',
  },
  signed: {
    one: (name, when, proven) =>
      `${name} ký${when === '' ? '' : proven ? ` lúc ${when} (theo dấu thời gian)` : ` lúc ${when} (theo người ký khai)`}`,
    authorityKnown: () => 'Người ký có thẩm quyền vào thời điểm đó.',
    authorityUnknown: () => 'Thẩm quyền vào thời điểm đó chưa kiểm tra.',
    none: () => 'Không có chữ ký số của cá nhân.',
    onlyClaimed: (names) => `Tệp mang tên ${list(names)}, nhưng điều đó chưa được xác nhận.`,
  },
  sealed: {
    one: (organisation, when, proven) =>
      `${organisation} ký số${when === '' ? '' : proven ? ` lúc ${when} (theo dấu thời gian)` : ` lúc ${when} (theo khai báo)`}`,
    none: () => 'Không có chữ ký số của cơ quan, tổ chức.',
    onlyClaimed: (names) => `Tệp mang tên ${list(names)}, nhưng điều đó chưa được xác nhận.`,
  },
  inForce: {
    yes: () => 'Còn hiệu lực theo sổ của cơ quan ban hành.',
    replaced: (by) => `Đã được thay thế${by === '' ? '' : ` bởi ${by}`}.`,
    recalled: () => 'Đã bị cơ quan ban hành thu hồi.',
    unknown: () => 'Chữ ký số không cho biết điều này; hãy hỏi cơ quan ban hành.',
  },
  and: list,
  wholeDocument: () => 'toàn bộ tài liệu',
};
