#!/bin/sh
# Nâng chữ ký lên B-LTA để còn kiểm tra được sau nhiều năm; cần Node và openssl.
# Raises a signature to B-LTA, so that it can still be judged in many years; needs Node and openssl.
#
#   examples/04-for-decades.sh [FOLDER]
set -eu
. "$(dirname "$0")/practice.sh"
working_folder "${1:-}"
practice_ca
practice_person an "Nguyễn Văn An"
practice_pdf letter.pdf "Cong van so 1"

# 1. Một dịch vụ cấp dấu thời gian để tập, trên máy này. · A practice time-stamp authority on this machine.
practice_tsa
trap 'kill "$tsa_process"' EXIT

# 2. Ký có dấu thời gian: B-T. · Sign with a time-stamp: B-T.
antin sign letter.pdf -o signed.pdf --p12 an.p12 --pass-file an.pass --tsa "$tsa"

# 3. Nâng lên B-LTA: chứng thư và dữ liệu thu hồi vào trong tệp, dấu thời gian phủ lên tất cả.
#    Raise to B-LTA: certificates and revocation data go into the file, a time-stamp over it all.
antin extend signed.pdf -o archived.pdf --tsa "$tsa" --trust ca.pem --crl ca.crl --offline

# 4. Kiểm tra: chỉ còn cần gốc tin cậy và danh sách thu hồi cho dấu thời gian cuối cùng.
#    Validate: only the trusted root and the list for the last time-stamp are still needed.
antin validate archived.pdf --trust ca.pem --crl ca.crl --offline
echo "── mã thoát · exit code: $?"

# 5. Nhiều năm sau, trước khi chứng thư của dấu thời gian cuối hết hạn: làm lại đúng như vậy.
#    Years later, before the certificate of the last time-stamp ends: the same again.
antin extend archived.pdf -o renewed.pdf --tsa "$tsa" --trust ca.pem --crl ca.crl --offline

# 6. Dấu thời gian cho một tệp chưa ai ký. · A time-stamp over a file that nobody signed.
antin timestamp letter.pdf -o stamped.pdf --tsa "$tsa"
