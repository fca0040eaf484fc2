import { z } from 'zod';
import { Day } from '../basics.ts';
import { line } from './line.ts';

/** Of a body. What the directory lets it be, in Latin letters: one code, one body, however it is drawn. */
const bodyCode = line(35).refine((text) => /^[\p{Script=Latin}\p{M}0-9 ._/-]+$/u.test(text));

export const OfficialMail = z.email().max(128);
/** 12 digits of the identity card (domain.md §6). */
export const CitizenNumber = z.string().regex(/^\d{12}$/);
export const Phone = z.string().regex(/^\+?[0-9 .-]{8,20}$/);

/** The agency that asks and answers for the subscriber: cơ quan, tổ chức quản lý trực tiếp. */
export const ManagingAgency = z.object({ code: bodyCode, name: line(200), place: line(64) });
export type ManagingAgency = z.infer<typeof ManagingAgency>;

/** Where the key is to live. `pkcs10`: a request made by the subscriber's own device comes with the item. */
export const DeviceKind = z.enum(['pki-token', 'sim-pki', 'remote', 'pkcs10']);
export type DeviceKind = z.infer<typeof DeviceKind>;

/** Form 01 of Decree 68/2024: a person acting in office. */
export const PersonSubject = z.object({
  form: z.literal('01'),
  fullName: line(64),
  citizenNumber: CitizenNumber,
  birthDay: Day.optional(),
  title: line(64),
  unit: line(64).optional(),
  mail: OfficialMail,
  phone: Phone,
});

/** Form 02: an agency or organisation. */
export const OrganisationSubject = z.object({
  form: z.literal('02'),
  /** As it will stand in the certificate, usually capitals: `CỤC THUẾ`. */
  name: line(64),
  code: bodyCode,
  address: line(200),
  /** Number and date of the founding decision, or of the superior's confirmation (Decree 68 Art. 10). */
  foundedBy: line(200),
  /** Who keeps the organisation's key device: the clerk named by the head (Decree 30 Art. 32). */
  keeper: z.object({ fullName: line(64), title: line(64), citizenNumber: CitizenNumber, mail: OfficialMail, phone: Phone }),
});

/** Form 03: a device, service or software. */
export const DeviceSubject = z.object({
  form: z.literal('03'),
  /** Common name: a host name, or the name of the system. */
  name: line(64),
  use: z.enum(['tls-server', 'tls-client', 'document-service', 'mail-gateway', 'code-signing', 'other']),
  /** Of at most 253 characters, as RFC 1035 §2.3.4 has them. */
  hostNames: z.array(z.string().regex(/^(?=.{1,253}$)(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$/)).max(50),
  owner: line(200),
  keeper: z.object({ fullName: line(64), title: line(64), mail: OfficialMail, phone: Phone }),
});

export const Subject = z.discriminatedUnion('form', [PersonSubject, OrganisationSubject, DeviceSubject]);
export type Subject = z.infer<typeof Subject>;
export type PersonSubject = z.infer<typeof PersonSubject>;
export type OrganisationSubject = z.infer<typeof OrganisationSubject>;
export type DeviceSubject = z.infer<typeof DeviceSubject>;
