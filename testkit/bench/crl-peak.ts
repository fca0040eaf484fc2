/** `node crl-peak.ts FILE SERIAL`: looks up, and prints by how much its memory grew, in MB. Run by `revocation.ts`. */
import { readFileSync } from 'node:fs';
import { fromHex } from '@antin/formats/bytes/text-encodings';
import { parseCrl } from '@antin/pki/crl/parse';

const [path = '', serial = ''] = process.argv.slice(2);
const before = process.memoryUsage.rss();
const found = parseCrl(new Uint8Array(readFileSync(path))).find(fromHex(serial));
if (found === undefined) throw new Error('the wrong answer');
const value = Math.round((process.memoryUsage.rss() - before) / 1e6);
process.stdout.write(JSON.stringify({ value, limit: 100, ratio: value / 100 }));
