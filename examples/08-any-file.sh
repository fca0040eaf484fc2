#!/bin/sh
# Tệp bất kỳ (ảnh, bảng tính, ghi âm): chữ ký CMS kèm nội dung hoặc tách rời; OpenSSL cũng kiểm tra được (CAdES).
# Any file (a picture, a table, a recording): a CMS signature with the content or beside it; OpenSSL agrees (CAdES).
#
#   examples/08-any-file.sh [FOLDER]
set -eu
. "$(dirname "$0")/practice.sh"
working_folder "${1:-}"
practice_ca
practice_person an "Nguyễn Văn An"
practice_person binh "Trần Thị Bình"
printf 'Số liệu thu ngân sách quý I\n1;250;triệu đồng\n' >so-lieu.csv

# 1. Kèm nội dung: một tệp mang tất cả. · Attached: one file carries everything.
antin sign so-lieu.csv -o so-lieu.csv.p7m --p12 an.p12 --pass-file an.pass
antin validate so-lieu.csv.p7m --trust ca.pem --crl ca.crl --offline
echo "── mã thoát · exit code: $?"

# 2. Tách rời, rồi người thứ hai ký song song. · Detached, then a second person in parallel.
antin sign so-lieu.csv -o mot.p7s --format CAdES --packaging detached --p12 an.p12 --pass-file an.pass
antin sign mot.p7s -o hai.p7s --detached so-lieu.csv --p12 binh.p12 --pass-file binh.pass
antin validate hai.p7s --detached so-lieu.csv --trust ca.pem --crl ca.crl --offline
echo "── mã thoát · exit code: $?"

# 3. Ý kiến thứ hai của OpenSSL. · OpenSSL's second opinion.
openssl cms -verify -binary -inform DER -in hai.p7s -content so-lieu.csv -CAfile ca.pem -purpose any -out /dev/null
