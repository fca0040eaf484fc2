import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Db } from '@antin/adapters/db/transaction';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { AuthorityFault } from '../fault.ts';
import { issuance } from '../issuance/issue.ts';
import { oneAtATime } from '../issuance/store.ts';
import { certifiedKey } from '../keys/signing-key.ts';
import type { CertifiedKey } from '../keys/signing-key.ts';
import { subjectPartsOf } from '../profiles/subject.ts';
import { issuerBySha256 } from '../status/issuers.ts';
import type { Issuer } from './generations.ts';
import type { OpenCas, ServiceName } from './cas.ts';

const DAY = 86_400_000;
/** Renewed while they still have this long: clients keep answers for a while, and a renewal may fail for days. */
const SPARE: Readonly<Record<ServiceName, number>> = { ocsp: 10 * DAY, tsa: 365 * DAY };

export interface ServiceCertificatesParts {
  readonly db: Db;
  readonly cas: OpenCas;
  readonly baseUrl: string;
  readonly clock: () => number;
  readonly log: { info(facts: object, text: string): void };
}

/**
 * Certificates of the keys for OCSP and time-stamps, renewed in time. A responder speaks for one generation under a certificate
 * of that very generation (RFC 6960 §4.2.2.2), so a superseded one gets its own; each is made when it is first needed.
 */
export function serviceCertificates({ db, cas, baseUrl, clock, log }: ServiceCertificatesParts) {
  const held = new Map<string, CertifiedKey>();
  let before: Promise<unknown> = Promise.resolve();

  /** In this process, too: who waits in the database holds a connection, and who works needs another. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = before.then(() => oneAtATime(db, work));
    before = turn.catch(() => {});
    return turn;
  }

  const fresh = (certificate: Certificate, spare: number): boolean =>
    certificate.notBefore <= clock() && certificate.notAfter - clock() > spare;

  async function under(name: ServiceName, issuer: Issuer): Promise<CertifiedKey> {
    const { issuerSha256 } = issuer.generation;
    const key = await cas.serviceKey(name);
    const spkiSha256 = createHash('sha256').update(key.spki).digest('hex');
    const made = await inTurn(async () => {
      // Another process may have renewed it.
      const known = await newest(db, name, issuerSha256, spkiSha256);
      if (known !== undefined && fresh(known, SPARE[name])) return known;
      // Near its end nothing can give more than the issuer has.
      if (known !== undefined && known.notAfter === issuer.certificate.notAfter && fresh(known, 0)) return known;
      const shards = (await issuerBySha256(db, issuerSha256))?.shards ?? 0;
      const { certificate, algorithmIdentifier, generation } = issuer;
      const addresses = { baseUrl, issuer: generation.name, shards };
      const ca = { certificate, key: issuer.key, algorithmIdentifier, addresses, policies: cas.policies };
      const subject = subjectPartsOf(await cas.serviceName(name));
      const issued = await issuance({ db, issuerFor: () => ca, clock }).issue({ profile: name, subject, spki: key.spki });
      if (issued.status === 'refused') {
        throw new AuthorityFault('ca.tbs-refused', `no certificate for ${name}: ${issued.code} ${issued.detail ?? ''}`);
      }
      log.info({ name, issuer: generation.name, serial: issued.serialHex }, 'certified a service key');
      return issued.certificate;
    });
    const service = certifiedKey(made, key);
    held.set(`${name} ${issuerSha256}`, service);
    return service;
  }

  async function of(name: ServiceName, issuerSha256: string): Promise<CertifiedKey | undefined> {
    const known = held.get(`${name} ${issuerSha256}`);
    if (known !== undefined && fresh(known.certificate, SPARE[name] / 2)) return known;
    const issuer = await cas.generations.statusSigner(issuerSha256);
    // A root has no responder: the few certificates it signed are on its list.
    if (issuer === undefined || issuer.generation.parentSha256 === undefined) return undefined;
    return under(name, issuer);
  }

  return {
    /** The delegated responder of a generation; at once when it is held. Undefined where OCSP is not offered. */
    responder(issuerSha256: string): CertifiedKey | undefined | Promise<CertifiedKey | undefined> {
      const known = held.get(`ocsp ${issuerSha256}`);
      return known !== undefined && fresh(known.certificate, SPARE.ocsp / 2) ? known : of('ocsp', issuerSha256);
    },
    /** The time-stamp key under the CA that issues such certificates now. */
    tsa: async (): Promise<CertifiedKey> => {
      const issuer = await cas.generations.issuerFor('tsa');
      const service = await of('tsa', issuer.generation.issuerSha256);
      if (service === undefined) throw new AuthorityFault('ca.no-issuer', 'no CA certifies time-stamps');
      return service;
    },
    /** Renews what this process holds and what will not last. */
    async renew(): Promise<void> {
      for (const [name, { certificate }] of [...held]) {
        if (fresh(certificate, SPARE[name.split(' ')[0] as ServiceName])) continue;
        const [service, issuerSha256] = name.split(' ') as [ServiceName, string];
        held.delete(name);
        await of(service, issuerSha256);
      }
    },
  };
}

async function newest(db: Db, name: ServiceName, issuerSha256: string, spkiSha256: string): Promise<Certificate | undefined> {
  const found = await sql<{ der: Uint8Array }>`
    select c.der from authority.certificate c
    where c.spki_sha256 = ${spkiSha256} and c.issuer_sha256 = ${issuerSha256} and c.profile = ${name} and c.state = 'good'
      and not exists (
        select 1 from authority.revocation r where r.issuer_sha256 = c.issuer_sha256 and r.serial_hex = c.serial_hex)
    order by c.not_after desc limit 1`.execute(db);
  return found.rows[0] === undefined ? undefined : parseCertificate(new Uint8Array(found.rows[0].der));
}
