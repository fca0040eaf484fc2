#!/bin/sh
# Biên nhận hồ sơ JSON: ký bao quanh dữ liệu, hoặc bên cạnh các tệp của hồ sơ (JAdES).
# A JSON receipt: signed around the data, or beside the files of a dossier (JAdES).
#
#   examples/06-json-receipt.sh [FOLDER]
set -eu
. "$(dirname "$0")/practice.sh"
working_folder "${1:-}"
practice_ca
practice_person motcua "Bộ phận Một cửa"
practice_person so "Sở Tài chính"
printf '{"maHoSo": "H01-2026-000123", "trangThai": "đã tiếp nhận", "henTra": "2026-03-09"}\n' >bien-nhan.json
practice_pdf don.pdf "Don de nghi"
printf 'Danh mục giấy tờ kèm theo\n' >danh-muc.txt

# 1. Ký biên nhận; dạng "general" nhận thêm được chữ ký. · Sign the receipt; the general form takes further signatures.
antin sign bien-nhan.json -o bien-nhan.jws.json --p12 motcua.p12 --pass-file motcua.pass
antin sign bien-nhan.jws.json -o hai-chu-ky.jws.json --p12 so.p12 --pass-file so.pass
antin validate hai-chu-ky.jws.json --trust ca.pem --crl ca.crl --offline
echo "── mã thoát · exit code: $?"

# 2. Dạng gọn cho thông điệp API. · The compact form, for API messages.
antin sign bien-nhan.json -o bien-nhan.jws --format JAdES --packaging compact --p12 motcua.p12 --pass-file motcua.pass

# 3. Một chữ ký cho cả hồ sơ, các tệp để nguyên. · One signature over a whole dossier, the files stay as they are.
antin sign don.pdf danh-muc.txt -o ho-so.jws.json --format JAdES --packaging detached --p12 motcua.p12 --pass-file motcua.pass
