import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from '@antin/adapters/http/app';
import { listen } from '@antin/adapters/http/listen';
import { silentLog } from '@antin/adapters/log/log';
import { connect } from '@antin/adapters/db/connect';
import type { DatabaseAddress } from '@antin/adapters/db/connect';
import { AuthorityForTests, START } from '../authority-for-tests.ts';

/**
 * The process that is measured: a whole authority with its OCSP behind the door before the app, and beside it a bare
 * `node:http` server that returns the same octets. Says where they are, and what processor time it has taken when asked.
 */
const [address, folder] = JSON.parse(process.argv[2] as string) as [DatabaseAddress, string];
const db = connect(address, { maxConnections: 4 });
const t = await new AuthorityForTests(db, folder).open({ clock: () => START });
const { certificate } = await t.issued();
const { status } = t.service;
status.start();
while (!status.hears()) await new Promise((resolve) => setTimeout(resolve, 20));
const app = createApp({ log: silentLog });
app.route('/authority', t.service.app);
const ours = await listen({ fetch: app.fetch as never, fast: t.service.fast }, { port: 0 });

const request = t.ask(certificate.serialNumber);
const body = Buffer.from(await t.service.ocsp(request));
const headers = { 'content-type': 'application/ocsp-response', 'content-length': body.length };
const bare = createServer((question, answer) => {
  if (question.method === 'GET') return void answer.writeHead(200, headers).end(body);
  const pieces: Buffer[] = [];
  question.on('data', (piece: Buffer) => pieces.push(piece));
  question.on('end', () => answer.writeHead(200, headers).end(body));
});
await new Promise<void>((resolve) => bare.listen(0, '127.0.0.1', resolve));

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpu: user + system });
});
process.send?.({
  ours: ours.port,
  bare: (bare.address() as AddressInfo).port,
  request: Buffer.from(request).toString('base64'),
  issuer: Buffer.from(t.issuer.raw).toString('base64'),
  serialHex: certificate.serialHex,
  octets: body.length,
});
