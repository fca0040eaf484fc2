import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { nameText } from '@antin/pki/x509/name';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { fold } from '@antin/adapters/db/folding';
import type { Tx } from '@antin/adapters/db/transaction';
import type { CitizenNumbers } from './citizen-number.ts';
import { codeForm } from './codes.ts';
import { insertAuthority } from './people-store.ts';
import type { AgencySeed, CertificateBinding, DirectorySeed, LoadedDirectory, PersonSeed } from './types.ts';

/**
 * Puts agencies with their dates, parents, successors and aliases, and people with their positions into the directory.
 *
 * Books are opened by `registers/books.ts`; `load-directory.ts` does both.
 *
 * @throws {TypeError} when a key of the seed names nothing
 */
export async function loadAgenciesAndPeople(tx: Tx, seed: DirectorySeed, numbers?: CitizenNumbers): Promise<LoadedDirectory> {
  const agencies = new Map(seed.agencies.map((agency) => [agency.key, randomUUID() as string]));
  if (agencies.size !== seed.agencies.length) throw new TypeError('two agencies of the seed have one key');
  const idOf = (key: string): string => {
    const id = agencies.get(key);
    if (id === undefined) throw new TypeError(`no agency ${key} in the seed`);
    return id;
  };
  // Parents may stand anywhere in the seed: by level, so that every foreign key points at a row already there.
  for (const agency of [...seed.agencies].sort((a, b) => a.level - b.level)) await insertAgency(tx, agency, idOf);
  for (const agency of seed.agencies) {
    for (const [ordinal, successor] of (agency.successors ?? []).entries()) {
      await sql`insert into agency.agency_successor (agency_id, successor_id, ordinal)
        values (${idOf(agency.key)}, ${idOf(successor)}, ${ordinal})`.execute(tx);
    }
  }
  const people = new Map<string, string>();
  const positions = new Map<string, string>();
  for (const person of seed.people) {
    people.set(person.signInName, await insertPerson(tx, person, idOf, positions, numbers));
  }
  await insertAuthorities(tx, seed, positions);
  return { agencies, people, positions };
}

async function insertAgency(tx: Tx, agency: AgencySeed, idOf: (key: string) => string): Promise<void> {
  const id = idOf(agency.key);
  const aliases = (agency.codeAliases ?? []).map((alias) => alias.code);
  const search = fold([agency.name, agency.shortName, agency.code, ...aliases].join(' '));
  await sql`
    insert into agency.agency (id, code, name, short_name, level, level_name, parent_id, valid_from, valid_to, place, notation,
      seal_image_sha256, search)
    values (${id}, ${agency.code}, ${agency.name}, ${agency.shortName}, ${agency.level}, ${agency.levelName},
      ${agency.parent === undefined ? null : idOf(agency.parent)}, ${agency.validFrom}, ${agency.validTo ?? null}, ${agency.place},
      ${agency.notation}, ${agency.sealImageSha256 ?? null}, ${search})`.execute(tx);
  for (const alias of agency.codeAliases ?? []) {
    await sql`insert into agency.agency_code_alias (agency_id, code, form, valid_from, valid_to)
      values (${id}, ${alias.code}, ${codeForm(alias.code) ?? 'other'}, ${alias.validFrom}, ${alias.validTo ?? null})`.execute(
      tx,
    );
  }
}

async function insertPerson(
  tx: Tx,
  person: PersonSeed,
  agencyIdOf: (key: string) => string,
  positions: Map<string, string>,
  numbers: CitizenNumbers | undefined,
): Promise<string> {
  const id = randomUUID();
  const citizen = person.citizenNumber === undefined ? undefined : numbers?.seal(person.citizenNumber);
  await sql`
    insert into agency.person (id, sign_in_name, full_name, password_hash, signature_image_sha256, mail, phone, citizen_sealed,
      citizen_hash, citizen_last4)
    values (${id}, ${person.signInName.trim().toLowerCase()}, ${person.fullName}, ${person.passwordHash ?? null},
      ${person.signatureImageSha256 ?? null}, ${person.mail ?? null}, ${person.phone ?? null}, ${citizen?.sealed ?? null},
      ${citizen?.hash ?? null}, ${citizen?.last4 ?? null})`.execute(tx);
  for (const position of person.positions) {
    if (positions.has(position.key)) throw new TypeError(`two positions of the seed have the key ${position.key}`);
    const positionId = randomUUID();
    positions.set(position.key, positionId);
    await sql`
      insert into agency.position (id, person_id, agency_id, title, unit_name, capacity, roles, valid_from, valid_to)
      values (${positionId}, ${id}, ${agencyIdOf(position.agency)}, ${position.title}, ${position.unit ?? null},
        ${position.capacity ?? ''}, ${[...position.roles]}::text[], ${position.validFrom}, ${position.validTo ?? null})`.execute(
      tx,
    );
  }
  return id;
}

/** Behind all positions, because one may be given by another. */
async function insertAuthorities(tx: Tx, seed: DirectorySeed, positions: ReadonlyMap<string, string>): Promise<void> {
  const idOf = (key: string): string => {
    const id = positions.get(key);
    if (id === undefined) throw new TypeError(`no position ${key} in the seed`);
    return id;
  };
  for (const position of seed.people.flatMap((person) => person.positions)) {
    for (const one of position.authorities ?? []) {
      await insertAuthority(tx, {
        ...{ id: randomUUID(), positionId: idOf(position.key), capacity: one.capacity, onBehalfOf: one.onBehalfOf ?? null },
        ...{ typeCodes: one.typeCodes === undefined ? null : [...one.typeCodes], scope: one.scope ?? null },
        delegatedBy: one.delegatedBy === undefined ? null : idOf(one.delegatedBy),
        ...{ groundsNumber: one.grounds.number, groundsDate: one.grounds.date },
        ...{ validFrom: one.validFrom, validTo: one.validTo ?? null },
      });
    }
  }
}

/**
 * Says whose a certificate is. From now on its issuer and serial number answer that question.
 *
 * @returns SHA-256 of the certificate, the id of the credential
 * @throws {FormatFault|PkiFault} when it is no certificate
 */
export async function bindCertificate(tx: Tx, binding: CertificateBinding, at: Date): Promise<{ sha256: string }> {
  const certificate = parseCertificate(binding.der);
  const sha256 = createHash('sha256').update(binding.der).digest('hex');
  const { owner } = binding;
  await sql`
    insert into agency.bound_certificate (sha256, issuer, serial_hex, der, subject_text, issuer_text, not_before, not_after,
      person_id, agency_id, bound_at)
    values (${sha256}, ${Buffer.from(certificate.issuer.raw)}, ${certificate.serialHex}, ${Buffer.from(binding.der)},
      ${nameText(certificate.subject)}, ${nameText(certificate.issuer)}, ${new Date(certificate.notBefore)},
      ${new Date(certificate.notAfter)}, ${'personId' in owner ? owner.personId : null},
      ${'agencyId' in owner ? owner.agencyId : null}, ${at})
    on conflict (sha256) do nothing`.execute(tx);
  return { sha256 };
}
