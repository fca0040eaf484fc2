import { describe, expect, it } from 'vitest';
import { editedItem, editFields } from './request/edit-fields.ts';
import { commonName, organisationOf } from './common-name.ts';
import type { Words } from '../i18n/catalogue.ts';
import { authorityCertificateWords } from '../i18n/words/authority-certificates.ts';
import { authorityDeskWords } from '../i18n/words/authority-desk.ts';
import { authorityJournalWords } from '../i18n/words/authority-journal.ts';
import { authorityLimitWords } from '../i18n/words/authority-limits.ts';
import { authorityOperationWords } from '../i18n/words/authority-operation.ts';
import { authorityRequestWords } from '../i18n/words/authority-requests.ts';
import { consoleShellWords } from '../i18n/words/authority.ts';
import { deviceWords } from '../i18n/words/devices.ts';
import { signingWords } from '../i18n/words/signing.ts';

const parts: Record<string, Words> = {
  authorityDeskWords,
  authorityRequestWords,
  authorityCertificateWords,
  authorityJournalWords,
  authorityLimitWords,
  authorityOperationWords,
  consoleShellWords,
  deviceWords,
  signingWords,
};
const names = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort();

describe('the words of the console', () => {
  it.each(Object.keys(parts))('%s says everything in both languages with the same values', (name) => {
    for (const [key, [vi, en]] of Object.entries(parts[name] ?? {})) {
      expect([vi.trim(), en.trim()], key).not.toContain('');
      expect(vi, `${key} is composed (NFC)`).toBe(vi.normalize('NFC'));
      expect(names(en), key).toEqual(names(vi));
    }
  });

  it('have no key twice, because they are merged into one', () => {
    const keys = Object.values(parts).flatMap((words) => Object.keys(words));
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });
});

describe('what the console does with texts', () => {
  it('names a subject by its common name', () => {
    expect(commonName('CN=Đỗ Thị Tiếp,title=Cán bộ')).toBe('Đỗ Thị Tiếp');
    expect(commonName('C=VN, O=Sở\\, Ban, CN=A\\, B')).toBe('A, B');
    expect(commonName('O=Không tên')).toBe('O=Không tên');
  });

  it('names the organisation of a subject, with its commas, or none', () => {
    expect(organisationOf('CN=A,O=Sở Tài chính,L=Sơn Hà,C=VN')).toBe('Sở Tài chính');
    expect(organisationOf('CN=A, O=Sở Khoa học, Công nghệ và Môi trường, C=VN')).toBe('Sở Khoa học, Công nghệ và Môi trường');
    expect(organisationOf('CN=A,OU=Phòng 1,O=Ban\\, Ngành')).toBe('Ban, Ngành');
    expect(organisationOf('CN=Nguyễn Văn A')).toBeUndefined();
  });

  it('an edit changes the named fields, leaves out an empty optional one, and nothing else', () => {
    const item = {
      ...{ act: 'new', id: 'x', device: 'pki-token', attachments: [] },
      managingAgency: { code: 'H53', name: 'Sở', place: 'Tỉnh' },
      subject: {
        form: '01',
        fullName: 'A',
        citizenNumber: '079185012345',
        title: 'B',
        unit: 'C',
        mail: 'a@b.vn',
        phone: '0912345678',
      },
    } as never;
    const values = Object.fromEntries(editFields(item).map((field) => [field.path, field.value]));
    expect(editedItem(item, values)).toEqual(item);
    const edited = editedItem(item, { ...values, 'subject.unit': '', 'subject.title': ' Giám đốc ' }) as { subject: object };
    expect(edited.subject).toEqual({ ...(item as { subject: object }).subject, title: 'Giám đốc', unit: undefined });
    expect('unit' in edited.subject).toBe(false);
  });
});
