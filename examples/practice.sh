# Dùng chung cho các ví dụ: một nơi cấp chứng thư để tập, khóa để tập và một tệp PDF. Không dùng cho việc thật.
# Shared by the examples: a practice authority, practice keys and a PDF. Not for real work.

# Mọi tệp tạo ra chỉ chủ tệp đọc được; antin từ chối tệp bí mật mà người khác đọc được.
# Only the owner may read what is made here; antin refuses secret files that others may read.
umask 077

examples=$(cd "$(dirname "$0")" && pwd)

antin() {
  node "$examples/../cli/antin.mjs" "$@"
}

# Thư mục làm việc: tham số thứ nhất, hoặc một thư mục tạm. · Working folder: the first argument, or a temporary one.
working_folder() {
  folder=${1:-$(mktemp -d "${TMPDIR:-/tmp}/antin-example.XXXXXX")}
  mkdir -p "$folder"
  cd "$folder"
  echo "── $folder"
}

# Nơi cấp chứng thư để tập: ca.key, ca.pem và danh sách thu hồi ca.crl.
# A practice authority: ca.key, ca.pem and its revocation list ca.crl.
practice_ca() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout ca.key -out ca.pem -days 365 -utf8 \
    -subj "/C=VN/O=Thực hành Ấn Tín/CN=Nơi cấp chứng thư thực hành" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign 2>openssl.log
  : >revoked.txt
  echo 01 >crl-number.txt
  cat >ca.cnf <<'CNF'
[ca]
default_ca = practice
[practice]
database = revoked.txt
crlnumber = crl-number.txt
default_md = sha256
default_crl_days = 30
crl_extensions = crl
[crl]
authorityKeyIdentifier = keyid
CNF
  openssl ca -config ca.cnf -gencrl -keyfile ca.key -cert ca.pem -out ca.crl 2>>openssl.log
}

# Một chứng thư ký văn bản cho khóa công khai trong tệp. · A document-signing certificate for the public key in a file.
#   practice_certificate "Nguyễn Văn An" person.pub person.pem
practice_certificate() {
  cat >person.ext <<'EXT'
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature,nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
EXT
  # Tên có dấu: yêu cầu do một khóa dùng một lần ký, khóa công khai thật thay vào khi cấp.
  # A request by a throw-away key carries the name in UTF-8; the real public key takes its place when issued.
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout throw-away.key -out request.pem -utf8 \
    -subj "/C=VN/O=Sở Tài chính tỉnh Nam Hà/CN=$1" 2>>openssl.log
  openssl x509 -req -in request.pem -force_pubkey "$2" -CA ca.pem -CAkey ca.key -extfile person.ext -days 90 -out "$3" 2>>openssl.log
  rm throw-away.key request.pem person.ext
}

# Khóa phần mềm của một người: NAME.p12, mật khẩu trong NAME.pass (chỉ để tập).
# A person's software key: NAME.p12, its passphrase in NAME.pass (for practice only).
#   practice_person an "Nguyễn Văn An"
practice_person() {
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" 2>>openssl.log
  openssl pkey -in "$1.key" -pubout -out "$1.pub"
  practice_certificate "$2" "$1.pub" "$1.pem"
  openssl rand -hex 16 >"$1.pass"
  openssl pkcs12 -export -inkey "$1.key" -in "$1.pem" -certfile ca.pem -name "$1" -passout "file:$1.pass" -out "$1.p12"
  rm "$1.key" "$1.pub"
}

# Một tệp PDF một trang, viết tay để thấy không cần gì khác. · A one-page PDF by hand, to show that nothing else is needed.
#   practice_pdf letter.pdf "Cong van so 1"
practice_pdf() {
  content="BT /F 16 Tf 72 760 Td ($2) Tj ET"
  offsets=
  printf '%%PDF-1.7\n' >"$1"
  object_number=0
  for object in \
    '<< /Type /Catalog /Pages 2 0 R >>' \
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>' \
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>' \
    "<< /Length ${#content} >>
stream
$content
endstream" \
    '<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>'; do
    object_number=$((object_number + 1))
    offsets="$offsets $(wc -c <"$1")"
    printf '%d 0 obj\n%s\nendobj\n' "$object_number" "$object" >>"$1"
  done
  table=$(wc -c <"$1")
  printf 'xref\n0 6\n0000000000 65535 f \n' >>"$1"
  for offset in $offsets; do printf '%010d 00000 n \n' "$offset" >>"$1"; done
  printf 'trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n' "$table" >>"$1"
}

# Dịch vụ cấp dấu thời gian để tập (RFC 3161): openssl trả lời, Node chuyển qua HTTP. Đặt $tsa và $tsa_process.
# A practice time-stamp authority (RFC 3161): openssl answers, Node carries it over HTTP. Sets $tsa and $tsa_process.
practice_tsa() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout tsa.key -out tsa.pem -days 90 -utf8 \
    -CA ca.pem -CAkey ca.key -subj "/C=VN/O=Thực hành Ấn Tín/CN=Dấu thời gian thực hành" \
    -addext basicConstraints=critical,CA:FALSE -addext keyUsage=critical,digitalSignature \
    -addext extendedKeyUsage=critical,timeStamping 2>>openssl.log
  cat >tsa.cnf <<'CNF'
[tsa]
serial = tsa-serial.txt
default_policy = 2.999.1
digests = sha256, sha384, sha512
accuracy = secs:1
signer_digest = sha256
ess_cert_id_alg = sha256
CNF
  echo 01 >tsa-serial.txt
  cat >tsa.mjs <<'NODE'
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
const arguments_ = 'ts -reply -config tsa.cnf -section tsa -queryfile query -signer tsa.pem -inkey tsa.key -chain ca.pem';
const server = createServer(async (request, response) => {
  writeFileSync('query', await buffer(request));
  response.setHeader('content-type', 'application/timestamp-reply');
  response.end(execFileSync('openssl', arguments_.split(' '), { stdio: ['ignore', 'pipe', 'ignore'] }));
});
server.listen(0, '127.0.0.1', () => writeFileSync('tsa.url', `http://127.0.0.1:${server.address().port}/\n`));
NODE
  rm -f tsa.url
  node tsa.mjs &
  tsa_process=$!
  while [ ! -s tsa.url ]; do sleep 0.1; done
  tsa=$(cat tsa.url)
}

# Một tệp Word nhỏ, gói ZIP viết tay bằng Node. · A small Word file, its ZIP written by hand with Node.
#   practice_docx to-trinh.docx "Kính trình UBND tỉnh"
practice_docx() {
  cat >docx.mjs <<'NODE'
import { writeFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
const [, , file, text] = process.argv;
const xml = (root) => Buffer.from(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n${root}`);
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument';
const word = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml';
const items = {
  '[Content_Types].xml': xml(
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">' +
      '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
      `<Override PartName="/word/document.xml" ContentType="${word}"/></Types>`,
  ),
  '_rels/.rels': xml(
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">' +
      `<Relationship Id="rId1" Type="${office}" Target="word/document.xml"/></Relationships>`,
  ),
  'word/document.xml': xml(
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">' +
      `<w:body><w:p><w:r><w:t>${text}</w:t></w:r></w:p></w:body></w:document>`,
  ),
};
const numbers = (...pairs) => Buffer.concat(pairs.map(([size, value]) => {
  const bytes = Buffer.alloc(size);
  bytes.writeUIntLE(value, 0, size);
  return bytes;
}));
const records = [];
const directory = [];
let at = 0;
for (const [name, content] of Object.entries(items)) {
  const path = Buffer.from(name);
  const size = content.length;
  const facts = numbers([2, 20], [2, 0], [2, 0], [2, 0], [2, 0x5c21], [4, crc32(content)], [4, size], [4, size], [2, path.length], [2, 0]);
  records.push(numbers([4, 0x04034b50]), facts, path, content);
  directory.push(numbers([4, 0x02014b50], [2, 20]), facts, numbers([2, 0], [2, 0], [2, 0], [4, 0], [4, at]), path);
  at += 4 + facts.length + path.length + size;
}
const list = Buffer.concat(directory);
const count = Object.keys(items).length;
const end = numbers([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, list.length], [4, at], [2, 0]);
writeFileSync(file, Buffer.concat([...records, list, end]));
NODE
  node docx.mjs "$1" "$2"
  rm docx.mjs
}
