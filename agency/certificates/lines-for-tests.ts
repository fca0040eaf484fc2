import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { inTransaction } from '@antin/adapters/db/transaction';
import { nodeDeflate, nodeInflate } from '@antin/adapters/inflate/node';
import { concatBytes } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import type { Certificate } from '@antin/pki/x509/certificate';
import { signPades } from '@antin/signature/pades/sign';
import { contentOf } from '../issuers/at-rest.ts';
import { batchesOf, newKey, resultArchive, type FakeIssuer, type TestKey } from '../issuers/fake-issuer-for-tests.ts';
import { deviceOfSerial } from './act-store.ts';
import { columnsOf } from './on-item.ts';
import type { CertificateOffice } from './office-for-tests.ts';
import { changeHolding, insertRequested, setCertificate } from './store.ts';

interface Put {
  readonly id: string;
  readonly key: TestKey;
  readonly certificate: Certificate;
}

/** Lines of a register and what its officer does with them, for tests. */
export function registerLines(o: CertificateOffice, officer: string) {
  /** A line of the register as an issuer's answer left it. */
  async function put(
    name: string,
    options: {
      person?: string;
      form?: '01' | '02' | '03';
      agency?: string;
      state?: 'issued' | 'active';
      years?: number;
      from?: Date;
      renewals?: number;
      device?: string;
    } = {},
  ): Promise<Put> {
    const key = newKey();
    const certificate = o.issuer.certify(name, key.spki, {
      ...(options.years === undefined ? {} : { years: options.years }),
      ...(options.from === undefined ? {} : { from: options.from }),
    });
    const id = randomUUID() as string;
    const agencyId = o.agencyId(options.agency ?? 'so');
    await inTransaction(o.db, async (tx) => {
      await insertRequested(
        tx,
        [
          {
            ...{
              id,
              agencyId,
              form: options.form ?? '01',
              name,
              subjectSealed: null,
              deviceKind: 'pki-token',
              itemId: null,
              spkiSha256: null,
            },
            personId: options.person === undefined ? null : o.personId(options.person),
          },
        ],
        o.clock(),
      );
      await setCertificate(tx, id, columnsOf(certificate, [o.issuer.authority]), undefined);
      await changeHolding(tx, id, { state: options.state ?? 'issued', at: o.clock(), renewals: options.renewals ?? 0 });
      if (options.device !== undefined) {
        const device = await deviceOfSerial(tx, {
          id: randomUUID(),
          serial: options.device,
          kind: 'pki-token',
          agencyId,
          withWhom: name,
        });
        await sql`update agency.key_device set state = 'with-subscriber' where id = ${device.id}`.execute(tx);
        await changeHolding(tx, id, { deviceId: device.id });
      }
    });
    return { id, key, certificate };
  }

  const signingKey = ({ certificate, key }: { certificate: Certificate; key: TestKey }) => ({
    ...{ certificate, chain: [o.issuer.authority], algorithm: { scheme: 'ecdsa', digest: 'SHA-256' } as const },
    sign: (data: Uint8Array) => Promise.resolve(nodeSecrets.sign(key.pkcs8, { scheme: 'ecdsa', digest: 'SHA-256' }, data)),
  });
  const signed = async (pdf: Uint8Array, by: { certificate: Certificate; key: TestKey }) =>
    concatBytes(
      pdf,
      await signPades(memorySource(pdf), signingKey(by), {
        door: nodeCrypto,
        inflate: nodeInflate,
        deflate: nodeDeflate,
        signingTime: o.clock().getTime(),
        level: 'B-B',
      }),
    );

  const view = (as: string, id: string) => o.get(as, `/api/certificates/${id}`);
  const version = async (id: string) => (await view(officer, id)).version;
  const ask = async (id: string, what: object) =>
    o.post(officer, `/api/certificates/${id}/acts`, { version: await version(id), ask: what });
  const handOver = async (id: string, receiver: string, deviceSerial: string) =>
    o.post(officer, `/api/certificates/${id}/hand-over`, {
      version: await version(id),
      deviceSerial,
      receiverId: o.personId(receiver),
      model: 'GCA-01',
    });

  /** Sends what is prepared and lets the issuer answer it. */
  async function settle(outcome: (item: any, issuer: FakeIssuer) => any = (item, issuer) => issuer.outcome(item)) {
    const { requests } = await o.post(officer, '/api/issuer-requests', {});
    const { id } = requests[0];
    await o.post(officer, `/api/issuer-requests/${id}/send`, { byInstallation: true });
    await o.post(officer, `/api/issuer-requests/${id}/send`, { byInstallation: true });
    const { items } = JSON.parse(await contentOf(o.deps.vault, o.db, id));
    await o.bytes(
      officer,
      'PUT',
      `/api/issuer-requests/${id}/results`,
      resultArchive({ results: batchesOf(id, [items.map((item: any) => outcome(item, o.issuer))], o.clock()) }),
    );
    return o.get(officer, `/api/issuer-requests/${id}`);
  }

  return { put, signed, view, version, ask, handOver, settle };
}
export type RegisterLines = ReturnType<typeof registerLines>;
