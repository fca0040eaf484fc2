import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { Db } from '@antin/adapters/db/transaction';
import { inTransaction } from '@antin/adapters/db/transaction';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { parseCrl } from '@antin/pki/crl/parse';
import { checkSignature } from '@antin/pki/path/signature-check';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { attribute, buildName, nameText, parseName } from '@antin/pki/x509/name';
import { decodeDer } from '@antin/formats/der/reader';
import { OID } from '@antin/pki/oids';
import { AuthorityFault } from '../fault.ts';
import { oneAtATime } from '../issuance/store.ts';
import { recordEvent } from '../journal/record.ts';
import type { HierarchyFile } from '../keys/hierarchy.ts';
import type { CaKey } from '../keys/signing-key.ts';
import { openSigners } from '../keys/signers.ts';
import { ISSUING_SCHEDULE, ROOT_SCHEDULE } from '../status/schedule.ts';
import { FULL_LIST } from '../status/shards.ts';
import { newestCrl, putCrl } from '../status/store.ts';
import { activate, endGeneration, caGenerations, sha256Of, takeIn } from './generations.ts';
import type { OpenCas, OpenCasOptions } from './cas.ts';
import { recordCa, recordIssued } from './record.ts';
import { activeOf, generationBySha256 } from './store.ts';

/** Lists that installed issuing CAs spread their certificates over. */
const SHARDS = 16;
const DAY = 86_400_000;

/**
 * CAs that ceremonies made, with their keys behind signer processes that are started here. What was taken in before is only
 * looked up: the hash of the hierarchy stands in the journal once.
 *
 * @throws {AuthorityFault} `keys.*`, `ca.*`
 */
export async function openInstalledCas(
  options: OpenCasOptions,
  hierarchy: HierarchyFile & { readonly sha256: string },
): Promise<OpenCas> {
  const { db, dataDir, baseUrl, clock, log } = options;
  const files = hierarchy.signers.map((name) => ({ name, path: resolve(dataDir, name) }));
  const { pin, hardwareOnly } = options;
  const wishes = { ...(pin === undefined ? {} : { pin }), ...(hardwareOnly === undefined ? {} : { hardwareOnly }) };
  const signers = await openSigners({ db, files, clock, log, ...wishes });
  try {
    await oneAtATime(db, () => takeInAll(db, hierarchy, baseUrl, clock()));
    sayWrongAddresses(hierarchy, baseUrl, log);
  } catch (error) {
    await signers.stop();
    throw error;
  }
  const serviceKey = async (name: 'ocsp' | 'tsa'): Promise<CaKey> => {
    const spki = Buffer.from(hierarchy.services[name], 'base64');
    const key = await signers.key(createHash('sha256').update(spki).digest('hex'));
    if (key === undefined) throw new AuthorityFault('keys.key-missing', `no signer has the key of ${name}`);
    return key;
  };
  const generations = caGenerations({ db, keyOf: (generation) => signers.key(generation.keyId) });
  return {
    generations,
    practice: hierarchy.profile === 'practice',
    policies: hierarchy.policies,
    tsaPolicies: [hierarchy.tsaPolicy],
    serviceKey,
    async serviceName(name) {
      const { certificate } = await generations.issuerFor(name);
      const parts = [OID.countryName, OID.organizationName].flatMap((type): [string, string][] => {
        const text = attribute(certificate.subject, type);
        return text === undefined ? [] : [[type, text]];
      });
      const what = name === 'ocsp' ? 'Trả lời trạng thái chứng thư' : 'Dấu thời gian';
      return parseName(decodeDer(buildName([...parts, ['CN', what]])));
    },
    prepareNext: () =>
      Promise.reject(new AuthorityFault('ca.ceremony-needed', 'a ceremony makes the next generation; install what it made')),
    watch: () => signers.watch(),
    signers: () => signers.states(),
    stop: () => signers.stop(),
  };
}

/** Certificates say for ever where their lists are; a start that publishes them elsewhere is most likely a wrong setting. */
function sayWrongAddresses(hierarchy: HierarchyFile, baseUrl: string, log: OpenCasOptions['log']): void {
  for (const ca of hierarchy.cas) {
    const { crlDistributionPoints, subject } = parseCertificate(new Uint8Array(Buffer.from(ca.certificate, 'base64')));
    const said = crlDistributionPoints.flatMap((point) => point.urls);
    if (said.length === 0 || said.some((url) => url.startsWith(`${baseUrl}/`))) continue;
    const facts = { ca: nameText(subject), said, published: `${baseUrl}/crl/` };
    log.error(facts, 'the certificate of a CA says that its list is elsewhere than it is published: ANTIN_STATUS_URL');
  }
}

async function takeInAll(
  db: Db,
  hierarchy: HierarchyFile & { readonly sha256: string },
  baseUrl: string,
  now: number,
): Promise<void> {
  let news = 0;
  for (const ca of hierarchy.cas) {
    const der = new Uint8Array(Buffer.from(ca.certificate, 'base64'));
    const known = await generationBySha256(db, sha256Of(der));
    if (known === undefined) news++;
    const generation = known ?? (await takeIn(db, { series: ca.series, der, parentSha256: ca.issuer }, ca.profiles, now));
    const root = ca.issuer === undefined;
    const status = { schedule: root ? ROOT_SCHEDULE : ISSUING_SCHEDULE, shards: root ? 0 : SHARDS, expiredStay: true };
    if (known === undefined) await recordCa(db, generation, { baseUrl, ...status }, now);
    if (ca.crl !== undefined) await takeInList(db, generation.issuerSha256, new Uint8Array(Buffer.from(ca.crl, 'base64')), now);
    // The last of a series in the reviewed file is the one that issues.
    const last = hierarchy.cas.findLast((one) => one.series === ca.series) === ca;
    if (ca.closed === true) await endGeneration(db, generation.issuerSha256, 'closed', now);
    else if (
      last &&
      generation.state === 'prepared' &&
      (await activeOf(db, ca.series))?.issuerSha256 !== generation.issuerSha256
    ) {
      await activate(db, generation.issuerSha256, now);
    }
  }
  for (const { profile, certificate, issuer } of hierarchy.certificates ?? []) {
    await recordIssued(db, new Uint8Array(Buffer.from(certificate, 'base64')), profile, issuer, now);
  }
  if (news > 0) {
    const { sha256, profile } = hierarchy;
    await inTransaction(db, (tx) => recordEvent(tx, now, 'ca.hierarchy-installed', undefined, { sha256, profile, cas: news }));
  }
}

/** The newest list of an offline CA, as its ceremony made it; an older one than is published changes nothing. */
async function takeInList(db: Db, issuerSha256: string, der: Uint8Array, now: number): Promise<void> {
  const generation = await generationBySha256(db, issuerSha256);
  const crl = parseCrl(der);
  const { crlNumber, nextUpdate, thisUpdate } = crl;
  const spki = generation?.certificate.spki as Uint8Array;
  if (crlNumber === undefined || nextUpdate === undefined || checkSignature(crl, spki, nodeCrypto, false) !== 'valid') {
    throw new AuthorityFault('keys.hierarchy', 'the list in the hierarchy is not this CA’s');
  }
  const number = Number(crlNumber);
  const before = await newestCrl(db, issuerSha256);
  if (before !== undefined && before.number >= number) return;
  const times = { number, thisUpdate, nextUpdate };
  await inTransaction(db, async (tx) => {
    const list = { issuerSha256, shard: FULL_LIST };
    // Built by nobody here; the alarm rings in time for the next ceremony.
    await putCrl(tx, list, {
      ...times,
      der,
      entries: crl.entryCount,
      idp: undefined,
      buildAt: nextUpdate,
      alarmAt: nextUpdate - 30 * DAY,
    });
    await recordEvent(tx, now, 'crl.taken-in', undefined, { issuerSha256, number, entries: crl.entryCount });
  });
}
