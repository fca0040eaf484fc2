import type { ForgottenAct } from '@antin/agency/journal/restore';
import type { PeopleAfter } from '@antin/agency/journal/restored-people';
import type { LeftOver, LeftReason } from '@antin/authority/journal/restore/entry';
import type { OfficersAfter } from '@antin/authority/journal/restore/passwords';
import { printable } from '../../printable.ts';
import type { JournalName } from './database.ts';
import type { JudgedHead } from './judge-head.ts';

/** What `antin journal restore` prints of one journal. */
export interface RestoredJournalAnswer {
  readonly journal: JournalName;
  readonly dryRun: boolean;
  /** Entries that the database had. */
  readonly known: number;
  readonly restored: number;
  /** Of these the last, that no signed head holds. */
  readonly unsigned: number;
  readonly head: JudgedHead;
  readonly kinds: Readonly<Record<string, number>>;
  /** The issuer's: not done again by itself. */
  readonly left: readonly LeftOver[];
  /** The office's: everything, because a journal holds no documents. */
  readonly acts: readonly ForgottenAct[];
  /** The issuer's: whose password is believed no more, and who is left to give new ones. */
  readonly officers?: OfficersAfter;
  /** The office's: whose password is believed no more, and which positions were ended again. */
  readonly people?: PeopleAfter;
  /** The issuer's: moment of the newest entry. */
  readonly until?: string;
}

const REASONS: Readonly<Record<LeftReason, readonly [vi: string, en: string]>> = {
  'certificate-without-bytes': [
    'Chứng thư không có trong bản sao: đã thu hồi, người giữ cần chứng thư mới',
    'Certificates that the copy lacks: revoked, their holders need new ones',
  ],
  'revoked-meanwhile': [
    'Chứng thư đã bị thu hồi trước khi khôi phục hoặc trong lúc cơ sở dữ liệu bị lùi: cần cấp chứng thư mới',
    'Certificates that were revoked while the database was set back: their holders need new ones',
  ],
  'submission-lost': [
    'Hồ sơ của cơ quan không còn nội dung: đề nghị cơ quan gửi lại (mã cơ quan, mã hồ sơ)',
    'Submissions without content: their agency sends them again (agency, request)',
  ],
  'request-work-lost': ['Việc trên hồ sơ phải làm lại (mã yêu cầu)', 'Work on requests that officers do again (request)'],
  'request-not-moved': [
    'Yêu cầu không chuyển được về trạng thái cuối: từ chối hoặc rút yêu cầu này, không cấp lại (mã yêu cầu)',
    'Requests that could not be moved to their end: refuse or withdraw them, issue nothing (request)',
  ],
  'hand-over-lost': [
    'Biên bản bàn giao không còn: lấy bản giấy hoặc ký lại (mã yêu cầu)',
    'Hand-over records: take the paper, or sign again (request)',
  ],
  'officer-change-lost': [
    'Thay đổi về cán bộ, cơ quan gửi phải làm lại bởi hai người',
    'Changes of officers and senders, done again by two',
  ],
  'setting-lost': [
    'Giới hạn theo quy định và ngày của lịch làm việc phải đặt lại: đến lúc đó hồ sơ được xét theo giá trị cũ',
    'Limits and days of the calendar, set again: until then requests are judged by the old ones',
  ],
  'account-lost': ['Tài khoản của máy phải mở lại', 'Accounts of machines, opened again'],
  'ca-change': [
    'Thay đổi thế hệ CA: kiểm tra với hồ sơ nghi lễ',
    'Changes of CA generations: compare with the records of the ceremony',
  ],
  'list-unknown': [
    'Danh sách thu hồi không còn hoặc là danh sách cuối cùng: lấy lại từ nơi công bố (số đã công bố)',
    'Revocation lists that are gone, or were the last of their CA: fetch them where they were published (number)',
  ],
};

/** The printed list, for whoever goes through it with a pen. */
export function restoredText(answer: RestoredJournalAnswer, language: 'vi' | 'en'): string {
  const vi = language === 'vi';
  const { known, restored, unsigned, dryRun, head } = answer;
  const name =
    answer.journal === 'authority'
      ? vi
        ? 'Nhật ký cơ quan cấp'
        : 'Journal of the issuer'
      : vi
        ? 'Nhật ký văn phòng'
        : 'Journal of the office';
  const did = dryRun ? (vi ? 'sẽ khôi phục' : 'would be put back') : vi ? 'đã khôi phục' : 'put back';
  const lines = [
    `${name} · ${head.origin}: ${restored} ${vi ? 'mục' : 'entries'} ${did} (${known} → ${known + restored})`,
    ...(unsigned === 0
      ? []
      : [vi ? `  trong đó ${unsigned} mục cuối chưa có đầu nhật ký ký` : `  the last ${unsigned} under no signed head`]),
    ...Object.entries(answer.kinds).map(([kind, count]) => `  ${String(count).padStart(6)}  ${kind}`),
  ];
  const groups = Map.groupBy(answer.left, (one) => one.reason);
  if (answer.journal === 'authority')
    lines.push(
      '',
      vi ? 'Việc còn lại cho người có thẩm quyền:' : 'Left for a person:',
      ...(groups.size === 0 ? [vi ? '  không có' : '  nothing'] : []),
    );
  for (const [reason, all] of groups) {
    lines.push(`[ ] ${REASONS[reason][vi ? 0 : 1]}`);
    for (const { leafIndex, at, kind, about } of all)
      lines.push(`      ${leafIndex}  ${new Date(at).toISOString()}  ${kind}  ${about}`);
  }
  if (answer.officers !== undefined) lines.push(...officersText(answer.officers, answer.until ?? '', vi));
  if (answer.journal === 'authority') lines.push(...always(vi));
  if (answer.people !== undefined) lines.push(...peopleText(answer.people, vi));
  // Entries of an older program do not say which change was of a password.
  if (answer.acts.some((act) => act.event === 'DirectoryPersonChanged' && act.detail?.['credentials'] === undefined)) {
    lines.push(
      '',
      vi
        ? '[ ] Mật khẩu cấp lại sau bản sao lưu: mật khẩu cũ lại dùng được. Cấp lại mật khẩu cho mỗi người có mục DirectoryPersonChanged không ghi “credentials” bên dưới (subject).'
        : '[ ] Passwords renewed since the backup: the old ones open again. Renew that of each person with a DirectoryPersonChanged without “credentials” below (subject).',
    );
  }
  if (answer.acts.length > 0) {
    const text = vi
      ? 'Nhật ký không chứa văn bản: những việc sau đã xảy ra nhưng cơ sở dữ liệu không còn biết. Đối chiếu từng việc:'
      : 'A journal holds no documents: the following happened and the database knows nothing of it. Go through each:';
    lines.push('', text);
    for (const { leafIndex, at, event, who, documentId, incomingId, detail } of answer.acts) {
      const about = [documentId, incomingId, ...Object.entries(detail ?? {}).map(([key, value]) => `${key}=${value}`)];
      lines.push(`[ ]   ${leafIndex}  ${at}  ${event}  ${who}  ${about.filter((one) => one !== undefined).join(' ')}`);
    }
  }
  return `${lines.map(printable).join('\n')}\n`;
}

/** Who cannot sign in any more, who lets them in again, and what to do when nobody is left who could. */
function officersText({ shutOut, operating, any }: OfficersAfter, until: string, vi: boolean): string[] {
  const say = (vietnamese: string, english: string) => (vi ? vietnamese : english);
  if (!any) {
    return [
      say(
        '[ ] Cơ sở dữ liệu chưa có cán bộ nào: chạy “antin officers found TỆP”.',
        '[ ] The database has no officers yet: run “antin officers found FILE”.',
      ),
    ];
  }
  const enough = operating.length >= 2;
  return [
    say(
      '[ ] Mọi phiên đăng nhập của cán bộ đã bị hủy; mọi người đăng nhập lại.',
      '[ ] All officers are signed out; everybody signs in again.',
    ),
    ...(shutOut.length === 0
      ? []
      : [
          say(
            '[ ] Mật khẩu đã đổi sau bản sao lưu: mật khẩu cũ không còn dùng được, mật khẩu mới không có trong bản sao. Hai cán bộ quản trị đặt lại cho:',
            '[ ] Passwords that were changed since the backup: the old one opens nothing any more, the new one is in no copy. Two officers of operation give a new one to:',
          ),
          ...shutOut.map((name) => `      ${name}`),
        ]),
    ...(enough
      ? []
      : [
          say(
            `[ ] Chỉ còn ${operating.length} cán bộ quản trị đăng nhập được, cần hai người: chạy “antin officers readmit TÊN…” cho cán bộ quản trị ở danh sách trên.`,
            `[ ] Only ${operating.length} officer(s) of operation can sign in, and two are needed: run “antin officers readmit NAME…” for officers of operation of the list above.`,
          ),
        ]),
    say(
      `[ ] Bản sao nhật ký đến ${until}. Nếu hệ thống còn chạy sau lúc đó hơn một phút thì không biết ai đã đổi mật khẩu, vai trò hoặc thiết bị: chạy với --all-officers (sau khi khôi phục lại bản sao lưu, nếu đã chạy xong), và đối chiếu vai trò của từng cán bộ.`,
      `[ ] The copy reaches up to ${until}. If the system ran on for more than a minute after that, nobody knows who changed a password, a role or a device since: run this with --all-officers (on the backup restored once more, when it is done already), and go through the roles of each officer.`,
    ),
  ];
}

/** Whose password in the office opens nothing any more, and who lets them in again. */
function peopleText({ shutOut, unreached, ended, keptAdministrators }: PeopleAfter, vi: boolean): string[] {
  const say = (vietnamese: string, english: string) => (vi ? vietnamese : english);
  const group = (names: readonly string[], vietnamese: string, english: string) =>
    names.length === 0 ? [] : [say(vietnamese, english), ...names.map((name) => `      ${name}`)];
  return [
    '',
    say(
      '[ ] Mọi phiên đăng nhập của văn phòng đã bị hủy; mọi người đăng nhập lại.',
      '[ ] Everybody of the office is signed out, and signs in again.',
    ),
    ...group(
      shutOut,
      '[ ] Mật khẩu đã cấp lại sau bản sao lưu: mật khẩu cũ không còn dùng được, mật khẩu mới không có trong bản sao. Quản trị viên cấp lại mật khẩu cho:',
      '[ ] Passwords that were renewed since the backup: the old one opens nothing any more, the new one is in no copy. An administrator gives a new one to:',
    ),
    ...group(
      unreached,
      '[ ] Trong đó không còn quản trị viên nào có mật khẩu để cấp lại; chạy “antin journal readmit TÊN…” cho quản trị viên trong số:',
      '[ ] Of these, no administrator who has a password is left for the following; run “antin journal readmit NAME…” for who administers:',
    ),
    ...(ended === 0
      ? []
      : [
          say(
            `[x] Chức vụ và thẩm quyền ký đã kết thúc sau bản sao lưu: đã kết thúc lại ${ended}.`,
            `[x] Positions and authorities to sign that were ended since the backup: ${ended} ended again.`,
          ),
        ]),
    ...group(
      keptAdministrators,
      '[ ] Quản trị viên đã thôi chức vụ sau bản sao lưu nhưng không còn quản trị viên nào khác: thêm người thay rồi kết thúc chức vụ của:',
      '[ ] Administrators whose position was ended since the backup, and nobody else is left to administer: add who follows them, then end the position of:',
    ),
  ];
}

/** What no journal holds, said each time. */
const always = (vi: boolean): string[] =>
  vi
    ? [
        '[ ] Dấu thời gian đã cấp từ bản sao lưu: không còn trong sổ (dấu thời gian vẫn hợp lệ).',
        '[ ] Danh sách thu hồi đã công bố từ bản sao lưu: không còn bản lưu; danh sách mới có số lớn hơn.',
        '[ ] Chữ ký của phút cuối trước sự cố không có trong bản sao: nhật ký sẽ báo keys.signature-without-record, đối chiếu từng chữ ký.',
        '[ ] Cơ quan đã nhận trả lời từ bản sao lưu có thể báo sequence-conflict: giao kết quả bằng tệp.',
      ]
    : [
        '[ ] Time-stamps given since the backup are in no register any more (they stay valid).',
        '[ ] Revocation lists published since the backup are kept no more; the next one has a greater number.',
        '[ ] Signatures of the last minute are in no copy: the journal will say keys.signature-without-record; look into each.',
        '[ ] Agencies that fetched answers since the backup may report sequence-conflict: hand them the result as a file.',
      ];
