import { createHash } from 'node:crypto';
import { decodeDer } from '@antin/formats/der/reader';
import { FormatFault } from '@antin/formats/fault';
import { PkiFault } from '@antin/pki/fault';
import { OID } from '@antin/pki/oids';
import { parseCertificate, type Certificate } from '@antin/pki/x509/certificate';
import { parseGeneralNames } from '@antin/pki/x509/general-name';
import { commonName } from '@antin/pki/x509/name';
import { parseCertificationRequest } from '@antin/pki/x509/request';
import type { AnyDatabase } from '@antin/adapters/db/connect';
import { refused, type Refusal } from '../fault.ts';
import type { Issuance } from '../issuance/issue.ts';
import { orderOfForm } from '../issuance/order-of-request.ts';
import { keyOf } from '../issuance/rules.ts';
import { isOpen } from './rules.ts';
import { isKeyRevoked, issuedFor, type AccountRecord } from './store.ts';

export interface CertifyParts {
  readonly db: AnyDatabase;
  readonly issuance: Issuance;
  readonly clock: () => number;
}

/** Certificates that machines fetch live shortly: nobody has to think of them. */
const LIFE_MS = 90 * 86_400_000;
const HOUR = 3_600_000;

/**
 * A certificate for a machine, within what was approved for it: subject and use as the request says, host names among those
 * that stand there, the key from the PKCS#10, which proves that it is held. The same key again gets the same certificate until
 * two thirds of its life are over, then a new one; a key whose certificate was revoked gets none.
 *
 * Codes: `enrolment.account-closed`, `enrolment.name-not-approved`, `enrolment.names-differ`, `enrolment.key-revoked`,
 * `enrolment.key-used`, `enrolment.in-work`, those of `keyOf` and issuance.
 *
 * @param names exactly these host names are to be asked for (ACME); left out, any of the approved ones (EST)
 */
export async function certifyMachine(
  { db, issuance, clock }: CertifyParts,
  account: AccountRecord,
  csr: Uint8Array,
  names?: readonly string[],
): Promise<{ readonly status: 'issued'; readonly certificate: Certificate } | Refusal> {
  const now = clock();
  if (!isOpen(account, now)) return refused('enrolment.account-closed');
  const key = keyOf({ csr });
  if (key.status === 'refused') return key;
  const { item } = account;
  if (item.act !== 'new' && item.act !== 'change') return refused('enrolment.account-closed');
  const order = orderOfForm(item);
  const approved = (order.altNames ?? []).flatMap((name) => (name.kind === 'dns' ? [name.value] : []));
  const asked = namesOf(csr);
  if (asked === undefined) return refused('issuance.key-damaged', 'subjectAltName');
  const wanted = names ?? (asked.length === 0 ? approved : asked);
  const stranger = wanted.find((name) => !approved.includes(name));
  if (stranger !== undefined) return refused('enrolment.name-not-approved', stranger);
  if (names !== undefined && !sameNames(names, asked)) return refused('enrolment.names-differ', asked.join(' '));
  const spkiSha256 = sha256Hex(key.spki);
  // Also one that was stolen: a new certificate over it would undo its revocation.
  if (await isKeyRevoked(db, spkiSha256)) return refused('enrolment.key-revoked', 'a new key is needed');
  const before = await issuedFor(db, account.id, spkiSha256, new Date(now));
  if (before[0]?.fresh === true) return sameAgain(before[0].der, wanted);
  // One certificate for each turn of a key, whatever is asked twice at once: the identifier is unique.
  const turn = before.length === 0 ? spkiSha256 : sha256Hex(`${spkiSha256}/${before.length}`);
  const requestId = `enrolment/${account.id}/${turn}`;
  const others = (order.altNames ?? []).filter((name) => name.kind !== 'dns');
  // Programs take a common name for a host name, and stumble over any other.
  const first = wanted.find((name) => name.length <= 64);
  const ask = {
    ...order,
    subject: first === undefined ? order.subject : { ...order.subject, commonName: first },
    requestId,
    spki: key.spki,
    altNames: [...others, ...wanted.map((value) => ({ kind: 'dns', value }) as const)],
    notBefore: now - HOUR,
    notAfter: Math.min(now + LIFE_MS, account.expiresAt.getTime()),
  };
  try {
    const issued = await issuance.issue(ask);
    return issued.status === 'issued' ? { status: 'issued', certificate: issued.certificate } : issued;
  } catch (fault) {
    if ((fault as { constraint?: unknown }).constraint !== 'certificate_of_request') throw fault;
    const [other] = await issuedFor(db, account.id, spkiSha256, new Date(now));
    return other?.fresh === true ? sameAgain(other.der, wanted) : refused('enrolment.in-work', 'ask again in a moment');
  }
}

function sameAgain(
  der: Uint8Array,
  wanted: readonly string[],
): { readonly status: 'issued'; readonly certificate: Certificate } | Refusal {
  const certificate = parseCertificate(der);
  const names = (certificate.subjectAltName ?? []).flatMap((one) => (one.kind === 'dns' ? [one.value] : []));
  if (sameNames(wanted, names)) return { status: 'issued', certificate };
  return refused('enrolment.key-used', 'a new key is needed for other names');
}

function sha256Hex(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Host names a PKCS#10 asks for: its subjectAltName, else a common name that is one; undefined when they cannot be read. */
function namesOf(der: Uint8Array): readonly string[] | undefined {
  try {
    const csr = parseCertificationRequest(der);
    const wish = csr.extensions.get(OID.subjectAltName);
    if (wish !== undefined) {
      const names = parseGeneralNames(decodeDer(wish.value));
      // An address or another kind of name was never approved.
      return names.every((name) => name.kind === 'dns')
        ? names.map((name) => (name as { value: string }).value.toLowerCase())
        : undefined;
    }
    const common = commonName(csr.subject)?.toLowerCase();
    return common !== undefined && /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(common) ? [common] : [];
  } catch (fault) {
    if (fault instanceof FormatFault || fault instanceof PkiFault) return undefined;
    throw fault;
  }
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  const [one, two] = [new Set(a), new Set(b)];
  return one.size === two.size && [...one].every((name) => two.has(name));
}
