import type { DirectorySeed } from '@antin/agency/directory/types';
import type { FileStore } from '@antin/adapters/files/store';
import type { Demo, DemoAgency } from './data.ts';
import { sealImage } from './images/seal.ts';
import { signatureImage } from './images/signature.ts';

/** The demo as the directory wants it: images drawn and stored, books opened for the year, passwords set. */
export async function directorySeed(
  demo: Demo,
  doors: { files: FileStore; year: number; passwordHash: string },
): Promise<DirectorySeed> {
  const { files, year, passwordHash } = doors;
  const agencies = [];
  for (const { seal, lastNumber, lastIncomingNumber, ...agency } of demo.agencies) {
    const image = await files.put(sealImage(seal.upper, seal.centre, seal.diameterMm));
    const past = demo.past.filter((one) => one.agency === agency.key);
    const books =
      agency.validTo === undefined
        ? booksOf(year, lastNumber, lastIncomingNumber)
        : closedBooks(agency.validTo, past, lastIncomingNumber);
    agencies.push({ ...agency, sealImageSha256: image.sha256, books: [books] });
  }
  const people = [];
  for (const [index, { email, ...person }] of demo.people.entries()) {
    const image = await files.put(signatureImage(person.fullName));
    const left = person.positions.every((position) => position.validTo !== undefined);
    // Nobody's: no province has the code 000, no network the prefix 0900.
    const made = { phone: `0900000${String(index).padStart(3, '0')}`, citizenNumber: `000190${String(index).padStart(6, '0')}` };
    people.push({ ...person, ...made, mail: email, signatureImageSha256: image.sha256, ...(left ? {} : { passwordHash }) });
  }
  return { agencies, people };
}

function booksOf(
  year: number,
  lastNumber: number,
  lastIncomingNumber: number,
): DirectorySeed['agencies'][number]['books'][number] {
  return {
    year,
    outgoing: `Sổ đăng ký văn bản đi năm ${year}`,
    incoming: `Sổ đăng ký văn bản đến năm ${year}`,
    series: [
      { key: 'decisions', name: `Quyết định năm ${year}`, typeCodes: ['QĐ'], lastNumber: Math.floor(lastNumber / 6) },
      { key: 'general', name: `Văn bản hành chính năm ${year}`, typeCodes: 'all', lastNumber },
    ],
    lastIncomingNumber,
  };
}

/** Books of an agency that ended in mid-year: closed that day; the past document gets its own number from them. */
function closedBooks(
  validTo: string,
  past: Demo['past'],
  lastIncomingNumber: number,
): DirectorySeed['agencies'][number]['books'][number] {
  const year = Number(validTo.slice(0, 4));
  const before = past.length === 0 ? 0 : Math.min(...past.map((one) => one.number)) - 1;
  return { ...booksOf(year, before, lastIncomingNumber), closedOn: validTo };
}

export function agencyOf(demo: Demo, key: string): DemoAgency {
  const agency = demo.agencies.find((one) => one.key === key);
  if (agency === undefined) throw new TypeError(`no agency ${key} in the demo`);
  return agency;
}
