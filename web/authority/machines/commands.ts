export interface OpenedAccount {
  readonly account: { readonly kid: string; readonly hostNames: readonly string[] };
  readonly secret: string;
  readonly est: string;
  readonly acme: string;
}

/** What an administrator types at the machine; names and secret are already in it. */
export function commandsFor({
  account,
  secret,
  est,
  acme,
}: OpenedAccount): (readonly [tool: 'certbot' | 'lego' | 'curl', text: string])[] {
  const hosts = account.hostNames.length === 0 ? ['may-chu.vidu.gov.vn'] : account.hostNames;
  const [first] = hosts as [string];
  const certbot = [
    'certbot certonly --standalone \\',
    `  --server ${acme} \\`,
    `  --eab-kid ${account.kid} --eab-hmac-key ${secret} \\`,
    `  --agree-tos --no-eff-email -m quantri@${first.split('.').slice(-3).join('.')} \\`,
    `  ${hosts.map((host) => `-d ${host}`).join(' ')}`,
  ];
  const lego = [
    `lego --server ${acme} \\`,
    `  --eab --kid ${account.kid} --hmac ${secret} \\`,
    `  --accept-tos --email quantri@${first.split('.').slice(-3).join('.')} \\`,
    `  --http ${hosts.map((host) => `--domains ${host}`).join(' ')} run`,
  ];
  const curl = [
    'openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \\',
    `  -keyout ${first}.key -subj "/CN=${first}" -addext "subjectAltName=${hosts.map((host) => `DNS:${host}`).join(',')}" \\`,
    `  -outform DER | base64 > ${first}.p10`,
    `curl --fail -u ${account.kid}:${secret} \\`,
    '  -H "Content-Type: application/pkcs10" -H "Content-Transfer-Encoding: base64" \\',
    `  --data-binary @${first}.p10 ${est}/simpleenroll \\`,
    `  | base64 -d | openssl pkcs7 -inform DER -print_certs -out ${first}.pem`,
  ];
  return [
    ['certbot', certbot.join('\n')],
    ['lego', lego.join('\n')],
    ['curl', curl.join('\n')],
  ];
}
