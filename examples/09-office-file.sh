#!/bin/sh
# Tệp Word (cũng vậy Excel, PowerPoint): chữ ký nằm trong gói tệp, Word và LibreOffice hiện được (OOXML).
# A Word file (Excel and PowerPoint alike): the signature is inside the package, Word and LibreOffice show it (OOXML).
#
#   examples/09-office-file.sh [FOLDER]
set -eu
. "$(dirname "$0")/practice.sh"
working_folder "${1:-}"
practice_ca
practice_person an "Nguyễn Văn An"
practice_person binh "Trần Thị Bình"
practice_tsa
trap 'kill "$tsa_process"' EXIT
practice_docx to-trinh.docx "Kính trình UBND tỉnh"

# 1. Chuyên viên ký, trưởng phòng ký thêm. · A clerk signs, the head of division adds a signature.
antin sign to-trinh.docx -o chuyen-vien.docx --p12 binh.p12 --pass-file binh.pass --reason "Soạn thảo"
antin sign chuyen-vien.docx -o truong-phong.docx --p12 an.p12 --pass-file an.pass --reason "Đồng ý trình" --tsa "$tsa"

# 2. Word chỉ đọc đến dấu thời gian (XAdES-T). · Word reads no more than a time-stamp (XAdES-T).
antin extend truong-phong.docx -o co-dau-thoi-gian.docx --level B-T --tsa "$tsa"
antin validate co-dau-thoi-gian.docx --trust ca.pem --crl ca.crl --offline
echo "── mã thoát · exit code: $?"
