#!/bin/sh
# Lễ tạo khóa: khóa gốc và khóa CA cấp phát sinh trong thiết bị; chứng thư, danh sách thu hồi, biên bản có chuỗi băm.
# A key ceremony: the keys of a root and an issuing CA are made in a token; certificates, a list, a hashed transcript.
#
#   examples/12-ceremony.sh [FOLDER]
#
# Cần: softhsm2, openssl 3. SoftHSM đóng vai HSM; ở đơn vị thật đặt MODULE là thư viện của nhà cung cấp và bỏ bước 1.
# Needs: softhsm2, openssl 3. SoftHSM plays the HSM; with a real one let MODULE be the vendor's library, leave out step 1.
set -eu
. "$(dirname "$0")/practice.sh"
working_folder "${1:-}"

MODULE=${MODULE:-}
for place in /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/softhsm/libsofthsm2.so /usr/lib64/pkcs11/libsofthsm2.so; do
  [ -n "$MODULE" ] || [ ! -e "$place" ] || MODULE=$place
done
[ -n "$MODULE" ] || { echo "SoftHSM: ? (Debian: apt install softhsm2)" >&2; exit 69; }

# 1. Một thiết bị mới trong thư mục này. Thật thì mã PIN do người giữ nhập ở màn hình (--pin-file - là mặc định).
#    A new token in this folder. For real, its keeper types the PIN at the terminal (--pin-file - is the default).
mkdir tokens
printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n' "$PWD" >softhsm2.conf
export SOFTHSM2_CONF="$PWD/softhsm2.conf"
printf '%s' 4829134 >pin
softhsm2-util --init-token --free --label le-khoa --pin "$(cat pin)" --so-pin 87654321 >/dev/null

# 2. Mỗi buổi lễ là một tệp YAML được duyệt trước: một lần dùng một khóa. Phần đầu giống nhau.
#    Each ceremony is one YAML file, reviewed beforehand: one use of one key. The head is always the same.
head_of() { # MODE NAME TITLE
  cat <<YAML
ceremony: $1
name: $2
title: "$3"
profile: production
place: Phòng máy chủ, Hà Nội
transcript: bien-ban.log
witnesses:
  - name: Nguyễn Văn An
    role: Trưởng ban
  - name: Trần Thị Bình
    role: Thư ký
  - name: Lê Văn Cường
    role: Người giữ khóa
key:
  module: $MODULE
  label: le-khoa
YAML
}
key_file() { # NAME KIND
  head_of key "$1" "Tạo khóa $1" >"key-$1.yaml"
  printf 'generate:\n  kind: %s\n  label: "Khóa %s"\n' "$2" "$1" >>"key-$1.yaml"
}
key_file goc p-384
key_file cap-phat p-256
key_file ocsp p-256
key_file tsa p-256
{
  head_of root goc "Chứng thư gốc"
  cat <<'YAML'
public-key: goc.pub
certificate:
  subject:
    - C: VN
    - O: Cơ quan chứng thực ví dụ
    - CN: Gốc chứng thực ví dụ
  not-before: 2026-12-01T00:00:00Z
  not-after: 2046-11-30T23:59:59Z
YAML
} >root.yaml
{
  head_of intermediate cap-phat "Chứng thư CA cấp phát"
  cat <<'YAML'
public-key: cap-phat.pub
issuer: goc.crt
certificate:
  subject:
    - C: VN
    - O: Cơ quan chứng thực ví dụ
    - CN: CA cấp phát ví dụ
  not-before: 2026-12-01T00:00:00Z
  not-after: 2041-11-30T23:59:59Z
  policies:
    - 2.999.1.1
addresses:
  base-url: http://ca.example.vn/authority
  issuer: root
YAML
} >intermediate.yaml
{
  head_of crl goc-1 "Danh sách thu hồi của gốc"
  cat <<'YAML'
issuer: goc.crt
crl:
  number: 1
  this-update: 2026-12-01T03:00:00Z
  next-update: 2027-06-01T00:00:00Z
YAML
} >crl.yaml
{
  head_of install cai-dat "Cài đặt cho máy chủ cấp phát"
  cat <<'YAML'
output: authority
install:
  pin: prompt
  ocsp-key: ocsp.pub
  tsa-key: tsa.pub
  tsa-policy: 2.999.1.2
  clock-skew-seconds: 600
  policies:
    - 2.999.1.1
  keys:
    - name: cap-phat
      use: ca
      file: cap-phat.crt
      ca-flag: refused
      max-days: 1830
      max-crl-days: 10
      per-second: 200
      services:
        - ocsp.pub
        - tsa.pub
    - name: ocsp
      use: ocsp
      file: ocsp.pub
      per-second: 5000
    - name: tsa
      use: tsp
      file: tsa.pub
      per-second: 5000
  cas:
    - series: root
      certificate: goc.crt
      crl: goc-1.crl
    - series: issuing
      certificate: cap-phat.crt
      issuer: goc.crt
      profiles:
        - person
        - organisation
        - ocsp
        - tsa
YAML
} >install.yaml

# 3. Chạy thử: không đụng tới khóa, in ra những gì sẽ ký và giá trị băm của nó. Chạy thật chỉ ký đúng giá trị băm đã duyệt.
#    Dry run: no key is touched, what would be signed is shown with its hash. The real run signs only the reviewed hash.
hold() {
  antin ceremony --file "$1" | tee dry-run.txt
  antin ceremony --file "$1" --reviewed "$(sed -n 's/.*--reviewed //p' dry-run.txt)" --pin-file pin
}
for name in goc cap-phat ocsp tsa; do hold "key-$name.yaml"; done
hold root.yaml
hold intermediate.yaml
hold crl.yaml
hold install.yaml

# 4. Biên bản: mỗi dòng nối với dòng trước bằng SHA-256; giá trị cuối được in ra và mọi người ký tay.
#    The transcript: each line is chained to the one before; the last hash is printed and signed by hand.
antin ceremony --check bien-ban.log
sed 's/Trần Thị Bình/Trần Thị Bính/' bien-ban.log >changed.log
code=0
antin ceremony --check changed.log || code=$?
echo "── mã thoát · exit code: $code"

# 5. Ai cũng kiểm tra được. · Anybody can check.
openssl verify -x509_strict -attime 1796090400 -CAfile goc.crt cap-phat.crt
openssl crl -in goc-1.crl -CAfile goc.crt -noout

# 6. Khóa phần mềm ngoài chế độ luyện tập bị từ chối. · Software keys are refused outside practice.
sed 's/^  module: .*/  software: goc.key/; /^  label: le-khoa/d' root.yaml >software.yaml
code=0
antin ceremony --file software.yaml || code=$?
echo "── mã thoát · exit code: $code"
