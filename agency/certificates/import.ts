import { randomUUID } from 'node:crypto';
import { inTransaction, type Tx } from '@antin/adapters/db/transaction';
import { Refusal } from '@antin/adapters/http/refusal';
import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import { FormatFault } from '@antin/formats/fault';
import { memorySource } from '@antin/formats/bytes/source';
import { openZip } from '@antin/formats/zip/reader';
import { PkiFault } from '@antin/pki/fault';
import { parseCertificates, type Certificate } from '@antin/pki/x509/certificate';
import { commonName, nameText } from '@antin/pki/x509/name';
import type { z } from 'zod';
import type { ImportRow } from '@antin/protocol/office/certificate-import';
import { bindingByName, positionsOf } from '../directory/store.ts';
import { bindCertificate } from '../directory/load.ts';
import { rebindCertificate } from '../directory/unbind.ts';
import { officeDay } from '@antin/adapters/clock/days';
import { record } from '../journal/journal.ts';
import { isUnder } from '../scope.ts';
import { actorOf, type Caller } from '../session/caller.ts';
import { reachable } from './ask.ts';
import type { CertificateDeps } from './deps.ts';
import { columnsOf } from './on-item.ts';
import { ownerChangeable, ownerName, ownerOf, ownerUnknown, ownerWasSaid, type Owner } from './owners.ts';
import {
  changeHolding,
  holdingByCertificate,
  insertRequested,
  requiredDer,
  setCertificate,
  type HoldingRecord,
} from './store.ts';

const BUDGET = { entries: 20_000, inflatedBytes: 8 << 20, totalBytes: 256 << 20, ratio: 200, ratioFrom: 4 << 20 };
type Row = z.input<typeof ImportRow>;

/**
 * Takes certificates that exist into the register: DER, PEM, p7b or a ZIP of them. Whose one is says the directory's binding
 * by issuer and serial number; one without it stands there unassigned until a person says so. Every file has its line.
 *
 * @throws {Refusal} `certificate.import-damaged`
 */
export async function importCertificates(deps: CertificateDeps, caller: Caller, bytes: Uint8Array): Promise<Row[]> {
  const rows: Row[] = [];
  const chain: Certificate[] = [];
  const leaves: { name: string; certificate: Certificate }[] = [];
  for (const file of filesIn(bytes)) {
    try {
      for (const certificate of parseCertificates(file.bytes)) {
        if (certificate.basicConstraints?.ca === true) {
          chain.push(certificate);
          rows.push({ name: file.name, outcome: 'error', code: 'certificate.import-authority', ...shown(certificate) });
        } else leaves.push({ name: file.name, certificate });
      }
    } catch (fault) {
      if (!(fault instanceof FormatFault || fault instanceof PkiFault)) throw fault;
      rows.push({ name: file.name, outcome: 'error', code: 'certificate.import-not-a-certificate' });
    }
  }
  for (let from = 0; from < leaves.length; from += 100) {
    const part = await inTransaction(deps.db, async (tx) => {
      const found: Row[] = [];
      for (const leaf of leaves.slice(from, from + 100)) found.push(await importOne(deps, tx, caller, leaf, chain));
      return found;
    });
    rows.push(...part);
  }
  return rows;
}

async function importOne(
  deps: CertificateDeps,
  tx: Tx,
  caller: Caller,
  { name, certificate }: { name: string; certificate: Certificate },
  chain: readonly Certificate[],
): Promise<Row> {
  const line = { name, ...shown(certificate) };
  if (!deps.trusted(certificate, chain)) return { ...line, outcome: 'error', code: 'certificate.import-foreign' };
  const columns = columnsOf(certificate, [...chain, ...deps.authorities()]);
  const known = await holdingByCertificate(tx, columns.sha256);
  if (known !== undefined) return { ...line, outcome: 'known', certificateId: known.id };
  const at = deps.clock();
  const bound = await bindingByName(tx, certificate.issuer.raw, certificate.serialHex);
  const person = bound?.personId ?? undefined;
  const post = person === undefined ? undefined : (await positionsOf(tx, person, officeDay(at)))[0];
  const agencyId = bound?.agencyId ?? post?.agencyId ?? caller.position.agencyId;
  // Somebody else's subscriber is not entered by us.
  const reach = await isUnder(tx, agencyId, caller.position.agencyId);
  if (!reach) return { ...line, outcome: 'error', code: 'certificate.owner-unknown' };
  const id = randomUUID() as string;
  await insertRequested(
    tx,
    [
      {
        ...{ id, agencyId, form: bound?.agencyId == null ? '01' : '02', personId: person ?? null },
        ...{
          name: commonName(certificate.subject) ?? nameText(certificate.subject),
          subjectSealed: null,
          deviceKind: 'pki-token',
        },
        ...{ itemId: null, spkiSha256: null, title: post?.title, unit: post?.unitName ?? undefined },
      },
    ],
    at,
  );
  await setCertificate(tx, id, columns, undefined);
  await changeHolding(tx, id, { state: bound === undefined ? 'issued' : 'active', at });
  await record(tx, {
    ...{ event: 'CertificateImported', at, agencyId, actor: actorOf(caller), documentId: id },
    detail: { serialHex: certificate.serialHex, file: name },
  });
  return { ...line, outcome: bound === undefined ? 'unassigned' : 'bound', certificateId: id };
}

const shown = (certificate: Certificate) => ({
  subject: nameText(certificate.subject),
  serialHex: certificate.serialHex.startsWith('-') ? undefined : certificate.serialHex,
  notAfter: new Date(certificate.notAfter).toISOString(),
});

function filesIn(bytes: Uint8Array): { name: string; bytes: Uint8Array }[] {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) return [{ name: '1', bytes }];
  try {
    const zip = openZip(memorySource(bytes), { inflateRaw: nodeInflateRaw, budget: BUDGET });
    return zip.entries
      .filter((entry) => !entry.folder)
      .map((entry) => {
        const content = zip.content(entry);
        return { name: entry.name, bytes: content.read(0, content.size) };
      });
  } catch (fault) {
    if (fault instanceof FormatFault) throw new Refusal('certificate.import-damaged', { cause: fault });
    throw fault;
  }
}

/** Says whose an imported certificate is; the directory knows it from now on. */
export async function assignImported(deps: CertificateDeps, caller: Caller, id: string, owner: Owner): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const holding = await reachable(deps, tx, caller, id);
    if (!ownerUnknown(holding)) throw new Refusal('certificate.owner-known');
    const at = deps.clock();
    const { agencyId } = await giveTo(tx, caller, holding, owner, at);
    await bindCertificate(tx, { der: await requiredDer(tx, id), owner }, at);
    await record(tx, {
      ...{ event: 'CertificateAssigned', at, agencyId, actor: actorOf(caller), documentId: id },
      detail: { serialHex: holding.serialHex ?? '' },
    });
  });
}

/**
 * Says that an imported certificate is somebody else's than was said before. The directory's binding goes with it, so that
 * the wrong holder cannot use it from then on.
 *
 * @throws {Refusal} `certificate.owner-settled`, `certificate.owner-same`, `certificate.owner-unknown`, `certificate.changed-meanwhile`
 */
export async function changeOwner(
  deps: CertificateDeps,
  caller: Caller,
  id: string,
  { version, owner }: { readonly version: number; readonly owner: Owner },
): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const holding = await reachable(deps, tx, caller, id);
    if (holding.version !== version) throw new Refusal('certificate.changed-meanwhile');
    if (!ownerChangeable(holding) || !(await ownerWasSaid(tx, id))) throw new Refusal('certificate.owner-settled');
    const before = await ownerName(tx, ownerOf(holding));
    const same = 'personId' in owner ? owner.personId === holding.personId : holding.personId === null;
    if (same && ('personId' in owner || owner.agencyId === holding.agencyId)) throw new Refusal('certificate.owner-same');
    const at = deps.clock();
    const { agencyId, name } = await giveTo(tx, caller, holding, owner, at);
    await rebindCertificate(tx, holding.sha256!, owner, at);
    const entry = { event: 'CertificateOwnerChanged', at, actor: actorOf(caller), documentId: id };
    await record(tx, { ...entry, agencyId, detail: { from: before ?? '', to: name, serialHex: holding.serialHex ?? '' } });
  });
}

async function giveTo(tx: Tx, caller: Caller, holding: HoldingRecord, owner: Owner, at: Date) {
  const post = 'personId' in owner ? (await positionsOf(tx, owner.personId, officeDay(at)))[0] : undefined;
  const agencyId = 'agencyId' in owner ? owner.agencyId : post?.agencyId;
  const name = await ownerName(tx, owner);
  if (name === undefined || agencyId === undefined || !(await isUnder(tx, agencyId, caller.position.agencyId))) {
    throw new Refusal('certificate.owner-unknown');
  }
  await changeHolding(tx, holding.id, {
    ...{ agencyId, form: 'personId' in owner ? ('01' as const) : ('02' as const), state: 'active' as const, at },
    ...('personId' in owner
      ? { personId: owner.personId, title: post?.title ?? null, unit: post?.unitName ?? null }
      : { personId: null, title: null, unit: null }),
  });
  return { agencyId, name };
}
