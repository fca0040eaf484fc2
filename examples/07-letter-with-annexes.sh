#!/bin/sh
# Công văn và phụ lục trong một tệp (ASiC-E): lãnh đạo ký, cơ quan đóng dấu, nâng lên B-LTA.
# A letter and its annexes as one file (ASiC-E): the leader signs, the agency seals, then B-LTA.
#
#   examples/07-letter-with-annexes.sh [FOLDER]
set -eu
. "$(dirname "$0")/practice.sh"
working_folder "${1:-}"
practice_ca
practice_person an "Nguyễn Văn An"
practice_person dau "Sở Tài chính tỉnh Nam Hà"
practice_tsa
trap 'kill "$tsa_process"' EXIT
practice_pdf cong-van.pdf "Cong van so 1"
practice_docx phu-luc-1.docx "Phụ lục 1"
printf 'Biểu số 2\n' >phu-luc-2.txt

# 1. Nhiều tệp vào, một tệp ra: mọi tệp được ký cùng nhau. · Several files in, one out: all are signed together.
antin sign cong-van.pdf phu-luc-1.docx phu-luc-2.txt -o da-ky.asice --p12 an.p12 --pass-file an.pass --tsa "$tsa"

# 2. Dấu của cơ quan: thêm chữ ký vào tệp đã có. · The agency's seal: one more signature in the same container.
antin sign da-ky.asice -o phat-hanh.asice --p12 dau.p12 --pass-file dau.pass --tsa "$tsa"

# 3. Lưu trữ lâu dài và kiểm tra. · For the archive, and validate.
antin extend phat-hanh.asice -o luu-tru.asice --tsa "$tsa" --trust ca.pem --crl ca.crl --offline
antin validate luu-tru.asice --trust ca.pem --crl ca.crl --offline
echo "── mã thoát · exit code: $?"

# 4. Cũng vậy với CAdES bên trong, cho phần mềm chỉ đọc CMS. · The same with CAdES inside, for software that reads only CMS.
antin sign cong-van.pdf phu-luc-2.txt -o cms.asice --format ASiC-E --packaging cades --p12 an.p12 --pass-file an.pass
