#!/bin/sh
# Ký một tệp PDF bằng khóa để tập rồi kiểm tra; cần Node và openssl.
# Signs a PDF with a practice key and validates it; needs Node and openssl.
#
#   examples/01-sign-and-validate.sh [FOLDER]
set -eu
. "$(dirname "$0")/practice.sh"
working_folder "${1:-}"

# 1. Nơi cấp chứng thư, khóa của người ký, văn bản. · An authority, a signer's key, a document.
practice_ca
practice_person an "Nguyễn Văn An"
practice_pdf letter.pdf "Cong van so 1"

# 2. Ký. Tệp vào không bao giờ bị thay đổi; tệp ra luôn bắt đầu bằng tệp vào.
#    Sign. The input is never changed; the output always begins with it.
#    Thêm --tsa URL để có dấu thời gian (mức B-T). · Add --tsa URL for a time-stamp (level B-T).
antin sign letter.pdf -o signed.pdf --p12 an.p12 --pass-file an.pass --reason "Phê duyệt" --location "Nam Hà"

# 3. Kiểm tra: mã thoát 0 là hợp lệ. · Validate: exit code 0 means valid.
antin validate signed.pdf --trust ca.pem --crl ca.crl --offline
echo "── mã thoát · exit code: $?"

# 4. Đổi một byte trong phần đã ký: mã thoát 1. · Change one byte of what was signed: exit code 1.
LC_ALL=C sed 's/Cong van so 1/Cong van so 2/' signed.pdf >forged.pdf
code=0
antin validate forged.pdf --trust ca.pem --crl ca.crl --offline --lang en || code=$?
echo "── mã thoát · exit code: $code"

# 5. Không biết tình trạng thu hồi thì chưa kết luận: mã thoát 2, không bao giờ là hợp lệ.
#    Without revocation status there is no conclusion: exit code 2, never valid.
code=0
antin validate signed.pdf --trust ca.pem --offline --lang en || code=$?
echo "── mã thoát · exit code: $code"
