#!/bin/sh
# Tờ khai XML: người khai ký vào trong tệp, cán bộ tiếp nhận ký thêm, nâng lên B-LTA để lưu trữ (XAdES).
# An XML form: the citizen signs inside the file, the officer adds a signature, then B-LTA for the archive (XAdES).
#
#   examples/05-xml-form.sh [FOLDER]
set -eu
. "$(dirname "$0")/practice.sh"
working_folder "${1:-}"
practice_ca
practice_person an "Nguyễn Văn An"
practice_person binh "Trần Thị Bình"
practice_tsa
trap 'kill "$tsa_process"' EXIT
cat >to-khai.xml <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<ToKhai xmlns="urn:thuc-hanh:khai-sinh"><HoTen>Nguyễn Bảo Minh</HoTen><NgaySinh>2026-03-02</NgaySinh></ToKhai>
XML

# 1. Ký: tệp XML thì chữ ký nằm trong tệp. · Sign: in an XML file the signature stands inside.
antin sign to-khai.xml -o da-ky.xml --p12 an.p12 --pass-file an.pass

# 2. Cán bộ tiếp nhận ký thêm; chữ ký trước không đổi. · The officer adds a signature; the first one does not change.
antin sign da-ky.xml -o tiep-nhan.xml --p12 binh.p12 --pass-file binh.pass --tsa "$tsa"

# 3. Nâng cả hai lên B-LTA và kiểm tra. · Raise both to B-LTA and validate.
antin extend tiep-nhan.xml -o luu-tru.xml --tsa "$tsa" --trust ca.pem --crl ca.crl --offline
antin validate luu-tru.xml --trust ca.pem --crl ca.crl --offline
echo "── mã thoát · exit code: $?"

# 4. Sửa một chữ: mã thoát 1. · Change one letter: exit code 1.
sed 's/Bảo Minh/Bảo Ninh/' luu-tru.xml >gia.xml
code=0
antin validate gia.xml --trust ca.pem --crl ca.crl --offline --lang en >gia.txt || code=$?
echo "── mã thoát · exit code: $code"
