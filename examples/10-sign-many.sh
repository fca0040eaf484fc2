#!/bin/sh
# Ký cả thư mục, nhập mật khẩu hoặc mã PIN một lần; tệp hỏng không làm hỏng lượt ký.
# Signs a whole folder under one passphrase or PIN; a bad file does not spoil the rest.
#
#   examples/10-sign-many.sh [FOLDER]
set -eu
. "$(dirname "$0")/practice.sh"
working_folder "${1:-}"
practice_ca
practice_person an "Nguyễn Văn An"
mkdir cho-ky
for number in 1 2 3 4 5; do practice_pdf "cho-ky/quyet-dinh-$number.pdf" "Quyet dinh so $number"; done
printf 'không phải PDF' >cho-ky/hong.pdf

# Mỗi dòng một kết quả; mã thoát 4: có tệp được ký, có tệp không. Với thiết bị: --pkcs11 … --pin-file -
# A line for each file; exit code 4: some are signed, some are not. With a token: --pkcs11 … --pin-file -
code=0
antin sign cho-ky --out-dir da-ky --p12 an.p12 --pass-file an.pass --json >ket-qua.jsonl || code=$?
echo "── mã thoát · exit code: $code"
node -e '
  for (const line of require("node:fs").readFileSync("ket-qua.jsonl", "utf8").trim().split("\n")) {
    const { inputs, status, output, code } = JSON.parse(line);
    console.log(`${status.padEnd(8)} ${inputs[0]} ${output ?? code}`);
  }'
