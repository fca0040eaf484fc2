import { toHex } from '@antin/formats/bytes/text-encodings';
import { bindCertificate } from '@antin/agency/directory/load';
import type { LoadedDirectory } from '@antin/agency/directory/types';
import { subjectName } from '@antin/authority/issuance/rules';
import type { AuthorityService } from '@antin/authority/service';
import type { Certificate } from '@antin/pki/x509/certificate';
import type { Demo, DemoPerson } from './data.ts';
import { agencyOf } from './directory.ts';
import type { EnrolmentRequest, SeedDoors } from './doors.ts';

/** Upper bound of organisation and common name (RFC 5280 appendix A). */
const DN_CHARACTERS = 64;

type Subject = Parameters<AuthorityService['issueCertificate']>[0] & { readonly profile: 'person' | 'organisation' };

/** What the authority certifies for a person: name, post, unit and agency as of that day. */
export function personRequest(demo: Demo, person: DemoPerson): Omit<Subject, 'csr' | 'spki'> {
  const [position] = person.positions;
  if (position === undefined) throw new TypeError(`${person.signInName} holds no position`);
  const agency = agencyOf(demo, position.agency);
  return {
    profile: 'person',
    subject: {
      commonName: person.fullName,
      organization: agency.name.slice(0, DN_CHARACTERS),
      locality: agency.place,
      title: position.title.slice(0, DN_CHARACTERS),
      ...(position.unit === undefined ? {} : { organizationalUnit: position.unit.slice(0, DN_CHARACTERS) }),
    },
    mail: person.email,
  };
}

export function agencyRequest(demo: Demo, key: string): Omit<Subject, 'csr' | 'spki'> {
  const agency = agencyOf(demo, key);
  const name = agency.name.toUpperCase().slice(0, DN_CHARACTERS);
  const parent = agency.parent === undefined ? name : agencyOf(demo, agency.parent).name.toUpperCase().slice(0, DN_CHARACTERS);
  return { profile: 'organisation', subject: { commonName: name, organization: parent, locality: agency.place } };
}

export async function certify(
  authority: AuthorityService,
  request: Parameters<AuthorityService['issueCertificate']>[0],
): Promise<Certificate> {
  const issued = await authority.issueCertificate(request);
  if (issued.status === 'refused')
    throw new Error(`the authority refused ${request.subject.commonName}: ${issued.code} ${issued.detail ?? ''}`);
  return issued.certificate;
}

/**
 * Certificates for everybody who works today and for every agency that exists today: keys and requests are made in the
 * practice agent, the authority checks the proof of possession and issues, the directory binds by issuer and serial.
 */
export async function enrolEverybody(demo: Demo, loaded: LoadedDirectory, doors: SeedDoors): Promise<void> {
  const people = demo.people.filter((person) => person.positions.some((position) => position.validTo === undefined));
  const agencies = demo.agencies.filter((agency) => agency.validTo === undefined);
  const wanted = new Map<string, Omit<Subject, 'csr' | 'spki'>>();
  for (const person of people) wanted.set(`person:${person.signInName}`, personRequest(demo, person));
  for (const agency of agencies) wanted.set(`agency:${agency.key}`, agencyRequest(demo, agency.key));
  const requests: EnrolmentRequest[] = [...wanted].map(([key, { profile, subject }]) => ({
    key,
    profile,
    subject: subjectName(subject),
  }));

  const issued: { key: string; chain: Uint8Array[] }[] = [];
  const issuers = doors.authority.chain().map((one) => one.raw);
  for (const { key, csr } of await doors.agent.enrol(requests)) {
    const request = wanted.get(key);
    if (request === undefined) throw new Error(`the agent answered for ${key}, which nobody asked for`);
    issued.push({ key, chain: [(await certify(doors.authority, { ...request, csr })).raw, ...issuers] });
  }
  await doors.agent.accept(issued);
  await doors.db.transaction().execute(async (tx) => {
    for (const { key, chain } of issued) {
      const name = key.slice(key.indexOf(':') + 1);
      const owner = key.startsWith('person:')
        ? { personId: loaded.people.get(name) as string }
        : { agencyId: loaded.agencies.get(name) as string };
      await bindCertificate(tx, { der: chain[0] as Uint8Array, owner }, doors.now());
    }
    await doors.registerAgent(
      tx,
      people.map((person) => loaded.people.get(person.signInName) as string),
      issued.map(({ chain }) => chain[0] as Uint8Array),
    );
  });
}

/** Serial as the authority's routes want it. */
export function serialOf(certificate: Certificate): string {
  return toHex(certificate.serialNumber);
}
