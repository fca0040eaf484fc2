import { describe, expect, test } from 'vitest';
import { attributeText } from '@antin/pki/x509/name';
import { commonName, organisationOf } from './common-name.ts';

/** A subject in words, as a register keeps it: RFC 4514, the last attribute of the name first. */
const subjectOf = (...attributes: readonly (readonly [type: string, text: string])[]) =>
  attributes.map(([type, text]) => attributeText(type, text)).join(',');
const [CN, O, OU, TITLE] = ['2.5.4.3', '2.5.4.10', '2.5.4.11', '2.5.4.12'];

describe('the name of a holder, out of a subject in words', () => {
  test('is the attribute, wherever it stands', () => {
    const subject = subjectOf([TITLE, 'Chuyên viên'], [CN, 'Đỗ Thị Tiếp'], [OU, 'Phòng 1, tầng 2'], [O, 'Sở "Tài chính"']);
    expect([commonName(subject), organisationOf(subject)]).toEqual(['Đỗ Thị Tiếp', 'Sở "Tài chính"']);
    expect(commonName(subjectOf([O, 'Sở Nội vụ']))).toBe('O=Sở Nội vụ');
    expect(organisationOf(subjectOf([CN, 'An']))).toBeUndefined();
    expect(commonName('CN=Đỗ Thị Tiếp, O=Sở Tài chính')).toBe('Đỗ Thị Tiếp');
    expect(organisationOf('CN=Đỗ Thị Tiếp, O=Sở Tài chính, C=VN')).toBe('Sở Tài chính');
    expect(commonName('2.5.4.5=#0c0131+CN=An,O=Sở')).toBe('An');
  });

  test('is no words inside another attribute, however they are written', () => {
    for (const text of [
      'x,CN=Kẻ Khác',
      'x, CN=Kẻ Khác',
      'x+CN=Kẻ Khác',
      'x\\,CN=Kẻ Khác',
      'x\\\\,CN=Kẻ Khác,O=Nơi Khác',
      '",CN=Kẻ Khác',
    ]) {
      const subject = subjectOf([TITLE, text], [OU, text], [CN, 'Đỗ Thị Tiếp'], [O, 'Sở Tài chính']);
      expect([text, commonName(subject), organisationOf(subject)]).toEqual([text, 'Đỗ Thị Tiếp', 'Sở Tài chính']);
    }
    const own = 'An,O=Nơi Khác';
    expect([commonName(subjectOf([CN, own], [O, 'Sở'])), organisationOf(subjectOf([CN, own], [O, 'Sở']))]).toEqual([own, 'Sở']);
    expect(commonName(subjectOf([CN, 'Công ty "A, B" + C'], [O, 'Sở']))).toBe('Công ty "A, B" + C');
  });
});
