#!/bin/sh
# Kiểm tra nhiều tệp một lượt: mỗi dòng một kết quả JSON. Cần Node và openssl.
# Validates many files in one go: one JSON result a line. Needs Node and openssl.
#
#   examples/03-validate-many.sh [FOLDER]
set -eu
. "$(dirname "$0")/practice.sh"
working_folder "${1:-}"

practice_ca
practice_person an "Nguyễn Văn An"

# Ba văn bản đã ký, một bị sửa sau khi ký, một chưa ký, một không phải văn bản.
# Three signed documents, one changed after signing, one unsigned, one that is no document.
for number in 1 2 3; do
  practice_pdf "letter-$number.pdf" "Cong van so $number"
  antin sign "letter-$number.pdf" -o "signed-$number.pdf" --p12 an.p12 --pass-file an.pass
done
LC_ALL=C sed 's/Cong van so 3/Cong van so 4/' signed-3.pdf >forged.pdf
echo "không phải văn bản · not a document" >note.txt

# Danh sách: mỗi dòng một đường dẫn; "-" đọc từ đầu vào chuẩn. · The list: one path a line; "-" reads standard input.
LC_ALL=C ls signed-*.pdf forged.pdf letter-1.pdf note.txt >list.txt
code=0
antin validate --batch list.txt --trust ca.pem --crl ca.crl --offline --format jsonl >results.jsonl || code=$?

# Mã thoát của cả lượt: lỗi không có kết luận trước, rồi xấu nhất của 1, 2, 3, 0.
# The exit code of the batch: what could not be judged comes first, then the worst of 1, 2, 3, 0.
echo "── mã thoát · exit code: $code"
node -e '
  for (const line of require("node:fs").readFileSync("results.jsonl", "utf8").trim().split("\n")) {
    const { file, verdict, error, signatures } = JSON.parse(line);
    console.log(`${(verdict ?? error.code).padEnd(20)} ${file}  ${signatures?.map((one) => one.signer?.commonName).join(", ") ?? ""}`);
  }'
