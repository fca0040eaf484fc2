import { describe, expect, test } from 'vitest';
import { DeviceSubject, ManagingAgency, OrganisationSubject, PersonSubject } from './subject.ts';

/** What stands in a certificate is read by people: two texts that look the same must not be two names. */
const person = {
  ...{ form: '01', fullName: 'Nguyễn Văn An', citizenNumber: '001090000001', title: 'Chuyên viên', mail: 'an@namha.gov.vn' },
  phone: '0912345678',
};
const named = (fullName: string) => PersonSubject.safeParse({ ...person, fullName }).data?.fullName;

describe('a name', () => {
  test('as people write it stands as it is: any Vietnamese letter, other Latin ones, marks, digits', () => {
    for (const name of [
      'Nguyễn Văn An',
      'Đỗ Thị Ỷ',
      'Ksor H’Bưm Y',
      'Rah Lan Ƀăh',
      'Jean-Pierre O’Neil',
      'Sở Y tế – Phòng 2/3',
      'Ệ ậ',
    ])
      expect(named(name)).toBe(name.normalize('NFC'));
    expect(named('Nguyễn Văn An'.normalize('NFD'))).toBe('Nguyễn Văn An');
    // From a text program: blanks of another kind are blanks.
    expect(named('Nguyễn\u00a0Văn\u2003An')).toBe('Nguyễn Văn An');
    expect(named('Петров Иван')).toBe('Петров Иван');
  });

  test('with a letter that nobody sees is none', () => {
    const unseen = ['\u034f', '\u115f', '\u1160', '\u17b4', '\u180b', '\u2800', '\u3164', '\ufe0f', '\uffa0', '\u{e0100}'];
    const marks = ['\u200b', '\u200d', '\u202e', '\u2066', '\u00ad', '\u0000', '\u0085', '\u2028', '\ufeff', '\ud800', '\ue000'];
    for (const one of [...unseen, ...marks]) expect([one, named(`Nguyễn Văn${one} An`)]).toEqual([one, undefined]);
  });

  test('of Latin letters has none of another script that look like them', () => {
    // CYRILLIC А, GREEK Ο, CYRILLIC Н, CHEROKEE Ꭺ, ARMENIAN օ.
    for (const name of ['Nguyễn Văn Аn', 'CỤC THUẾ ΟNE', 'SỞ NỘI VỤ Н', 'Nguyễn Ꭺn', 'Nguyễn Văn օng'])
      expect([name, named(name)]).toEqual([name, undefined]);
  });

  test('of an organisation, a system and an agency is held to the same, and so is a code', () => {
    const keeper = { fullName: 'Lê Văn Cường', title: 'Văn thư', mail: 'cuong@namha.gov.vn', phone: '0912345679' };
    const organisation = {
      ...{ form: '02', name: 'SỞ NỘI VỤ', code: 'H99.05', address: 'Số 1', foundedBy: 'Quyết định số 1' },
      keeper: { ...keeper, citizenNumber: '001090000002' },
    };
    const device = { form: '03', name: 'Cổng', use: 'other', hostNames: [], owner: 'Sở', keeper };
    expect(OrganisationSubject.safeParse(organisation).success).toBe(true);
    expect(DeviceSubject.safeParse(device).success).toBe(true);
    expect(OrganisationSubject.safeParse({ ...organisation, name: 'SỞ NỘI VỤ\u3164' }).success).toBe(false);
    expect(OrganisationSubject.safeParse({ ...organisation, code: 'Н99.05' }).success).toBe(false);
    expect(DeviceSubject.safeParse({ ...device, owner: 'Sở Тư pháp' }).success).toBe(false);
    const agency = { code: 'H99', name: 'Ủy ban', place: 'Nam Hà' };
    expect(ManagingAgency.safeParse(agency).success).toBe(true);
    // The same body under two codes would hold two certificates, and nobody would see it.
    for (const code of ['Н99', 'H99\u3164', 'H９９', 'H99·05', 'H99‐05'])
      expect([code, ManagingAgency.safeParse({ ...agency, code }).success]).toEqual([code, false]);
    for (const code of ['H99.05', '000.00.11.H53', 'G12-3', 'bo_noi_vu', 'XÃ-1'])
      expect([code, ManagingAgency.safeParse({ ...agency, code }).success]).toEqual([code, true]);
  });
});
