#!/bin/sh
# Kiểm tra kỹ hơn: báo cáo, chính sách riêng, một đường dẫn chứng thực, một chứng thư đã bị thu hồi chưa.
# Judging in depth: reports, a policy of your own, a certification path, whether a certificate was revoked.
#
#   examples/11-judge.sh [FOLDER]
set -eu
. "$(dirname "$0")/practice.sh"
working_folder "${1:-}"
practice_ca
practice_person an "Nguyễn Văn An"
practice_person binh "Trần Thị Bình"
practice_pdf letter.pdf "Cong van so 1"
antin sign letter.pdf -o signed.pdf --p12 an.p12 --pass-file an.pass

# 1. Cùng một kết luận, bốn cách nói. · One verdict, said in four ways.
known="--trust ca.pem --crl ca.crl --offline"
antin validate signed.pdf $known --report simple
antin validate signed.pdf $known --report detailed >detailed.txt
antin validate signed.pdf $known --report etsi >report.xml
antin validate signed.pdf $known --report pdf -o report.pdf --p12 binh.p12 --pass-file binh.pass >sealed.txt
echo "── bản in có dấu của nơi kiểm tra · the printed report, sealed by who judged:"
antin validate report.pdf $known

# 2. Chính sách riêng: nơi này đòi có dấu thời gian. · A policy of your own: here a time-stamp is asked for.
echo '{ "name": "luu-tru", "minimumLevel": "B-T" }' >policy.json
code=0
antin validate signed.pdf $known --policy policy.json || code=$?
echo "── mã thoát · exit code: $code"

# 3. Chỉ hỏi về chứng thư, trước và sau khi thu hồi. · Only about the certificate, before and after it is revoked.
antin path --trust ca.pem --target an.pem --crl ca.crl
openssl ca -config ca.cnf -revoke an.pem -keyfile ca.key -cert ca.pem -crl_reason keyCompromise 2>>openssl.log
openssl ca -config ca.cnf -gencrl -keyfile ca.key -cert ca.pem -out new.crl 2>>openssl.log
code=0
antin revocation --cert an.pem --issuer ca.pem --crl new.crl || code=$?
echo "── mã thoát · exit code: $code"
code=0
antin path --trust ca.pem --target an.pem --crl new.crl || code=$?
echo "── mã thoát · exit code: $code"
