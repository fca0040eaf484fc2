#!/bin/sh
# Ký bằng thiết bị PKCS#11; ở đây SoftHSM đóng vai USB Token. Khóa sinh trong thiết bị và không rời khỏi đó.
# Signs with a PKCS#11 token; SoftHSM plays the USB token here. The key is made in the token and never leaves it.
#
#   examples/02-token-softhsm.sh [FOLDER]
#
# Cần: softhsm2, opensc (pkcs11-tool), openssl 3. Thiết bị thật: đặt MODULE là thư viện của nhà cung cấp và bỏ bước 1-2.
# Needs: softhsm2, opensc (pkcs11-tool), openssl 3. With a real token: let MODULE be the vendor's library, leave out steps 1-2.
set -eu
. "$(dirname "$0")/practice.sh"
working_folder "${1:-}"

MODULE=${MODULE:-}
for place in /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/softhsm/libsofthsm2.so /usr/lib64/pkcs11/libsofthsm2.so; do
  [ -n "$MODULE" ] || [ ! -e "$place" ] || MODULE=$place
done
[ -n "$MODULE" ] || { echo "SoftHSM: ? (Debian: apt install softhsm2)" >&2; exit 69; }

# 1. Một thiết bị mới trong thư mục này; mã PIN nằm trong tệp và biến môi trường, không nằm trên dòng lệnh.
#    A new token in this folder; its PIN is in a file and in the environment, never on a command line.
mkdir tokens
printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n' "$PWD" >softhsm2.conf
export SOFTHSM2_CONF="$PWD/softhsm2.conf"
openssl rand -hex 8 >pin
token() {
  PIN=$(cat pin) pkcs11-tool --module "$MODULE" "$@"
}
token --init-token --slot-index 0 --label "Nguyen Van An" --so-pin env:PIN >/dev/null
token --token-label "Nguyen Van An" --init-pin --login --so-pin env:PIN --pin env:PIN >/dev/null

# 2. Cặp khóa trong thiết bị; nơi cấp chỉ thấy khóa công khai; chứng thư trở vào thiết bị.
#    A key pair in the token; the authority sees the public key only; the certificate goes back into the token.
practice_ca
token --token-label "Nguyen Van An" --login --pin env:PIN --keypairgen --key-type EC:prime256v1 --id 01 --label sign >/dev/null
token --token-label "Nguyen Van An" --read-object --type pubkey --id 01 --output-file person.der >/dev/null
openssl pkey -pubin -inform DER -in person.der -out person.pub
practice_certificate "Nguyễn Văn An" person.pub person.pem
openssl x509 -in person.pem -outform DER -out person.der
token --token-label "Nguyen Van An" --login --pin env:PIN --write-object person.der --type cert --id 01 --label sign >/dev/null

# 3. Ký: --pin-file - hỏi mã PIN trên màn hình; ở đây mã lấy từ tệp.
#    Sign: --pin-file - asks for the PIN at the terminal; here it comes from the file.
practice_pdf letter.pdf "Cong van so 1"
antin sign letter.pdf -o signed.pdf --pkcs11 "$MODULE" --slot "Nguyen Van An" --pin-file pin

# 4. Kiểm tra. · Validate.
antin validate signed.pdf --trust ca.pem --crl ca.crl --offline

# 5. Ở hồ sơ thật, khóa phần mềm bị từ chối, kể cả trong thiết bị giả.
#    The production profile refuses keys made of software, also inside a pretended token.
code=0
antin sign letter.pdf -o refused.pdf --pkcs11 "$MODULE" --slot "Nguyen Van An" --pin-file pin --profile production || code=$?
echo "── mã thoát · exit code: $code"
