import { createHash } from 'node:crypto';
import { fold } from '@antin/adapters/db/folding';
import type { RequestItem } from '@antin/protocol/certificates/request';
import type { Subject } from '@antin/protocol/certificates/subject';
import { canonicalJson } from '@antin/protocol/canonical-json';
import { commonName } from '@antin/web/authority/common-name';

export function sha256Hex(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What lists and searches need of an item. */
export interface ItemFacts {
  readonly form: '01' | '02' | '03' | undefined;
  /** Name of the person, organisation or device; of a certificate its holder's, or its serial number where nobody knows it. */
  readonly subject: string;
  /** Same for every request about the same subscriber, however the name is written. */
  readonly subjectKey: string | undefined;
  readonly folded: string;
  readonly certificate: { readonly issuerSha256: string; readonly serialHex: string } | undefined;
  readonly csr: string | undefined;
}

/** @param holder subject of the certificate that the item is about, in words, once the register was asked */
export function factsOf(item: RequestItem, holder?: string): ItemFacts {
  const certificate = 'certificate' in item ? item.certificate : undefined;
  const subject = 'subject' in item ? item.subject : undefined;
  const known = holder === undefined ? `№ ${certificate?.serialHex ?? ''}` : commonName(holder);
  const name = subject === undefined ? known : nameOf(subject);
  const words = [name, item.managingAgency.code, item.managingAgency.name, certificate?.serialHex ?? ''];
  if (subject?.form === '01') words.push(subject.title, subject.unit ?? '', subject.mail);
  return {
    form: subject?.form,
    subject: name,
    subjectKey: subject === undefined ? undefined : keyOfSubject(subject, item.managingAgency.code),
    folded: fold(words.join(' ')),
    certificate,
    csr: 'csr' in item ? item.csr : undefined,
  };
}

export function nameOf(subject: Subject): string {
  return subject.form === '01' ? subject.fullName : subject.name;
}

function keyOfSubject(subject: Subject, agencyCode: string): string {
  if (subject.form === '01') return `01 ${subject.citizenNumber}`;
  if (subject.form === '02') return `02 ${subject.code.toUpperCase()}`;
  return `03 ${agencyCode.toUpperCase()} ${fold(subject.name)}`;
}

/** Of the item as it came: what every later version is compared with. */
export function itemSha256(item: unknown): string {
  return sha256Hex(canonicalJson(item));
}

/**
 * Codes of both forms, highest level first and without empty groups: `000.00.11.H53` and `H53.11` are one body
 * (domain.md §5).
 */
export function agencyPath(code: string): readonly string[] {
  const groups = code.toUpperCase().split('.');
  const old = groups.length === 4 && /^[A-Z]\d{2}$/.test(groups[3]!) && groups.slice(0, 3).every((one) => /^\d+$/.test(one));
  return old ? [groups[3]!, ...groups.slice(0, 3).reverse()].filter((one) => !/^0+$/.test(one)) : groups;
}

/** Whether an agency is the sender itself or stands below it. */
export function standsUnder(code: string, sender: string): boolean {
  const path = agencyPath(code);
  const above = agencyPath(sender);
  return above.every((group, i) => path[i] === group);
}
