import type { SignedAct } from '@antin/protocol/authority/registration';
import { actWords, CAUSES, nameOf, type Line } from './request-words.ts';
import type { Said, Words } from './taken.ts';

/** Acts of officers by what their statements say, not by what the order calls them. */
const ACTS: Readonly<Record<SignedAct | 'suspend' | 'lift', Words>> = {
  propose: { vi: 'Đề nghị duyệt', en: 'Propose' },
  approve: { vi: 'Duyệt', en: 'Approve' },
  refuse: { vi: 'Từ chối', en: 'Refuse' },
  revoke: { vi: 'Thu hồi', en: 'Revoke' },
  recover: { vi: 'Khôi phục thiết bị', en: 'Recover a device' },
  issue: { vi: 'Cấp chứng thư', en: 'Issue' },
  'hand-over': { vi: 'Bàn giao', en: 'Hand over' },
  suspend: { vi: 'Tạm dừng chứng thư', en: 'Suspend' },
  lift: { vi: 'Bỏ tạm dừng chứng thư', en: 'Lift a suspension' },
};
const FIRST = 5;

const actOf = (said: Said) => (said.type === 'antin.revocation' ? 'revoke' : said.statement.act);

/** Above the question: the one act that all of them say, else that there are several. */
export function statementHeading(all: readonly Said[]): Words {
  const acts = [...new Set(all.map(actOf))];
  const [only] = acts;
  if (only === undefined || acts.length > 1)
    return { vi: 'Ký xác nhận nhiều việc khác nhau', en: 'Sign statements of several kinds' };
  return { vi: `Ký: ${ACTS[only].vi}`, en: `Sign: ${ACTS[only].en}` };
}

/** One statement in a line. */
export function statementTitle(said: Said): string {
  const { vi } = ACTS[actOf(said)];
  if (said.type !== 'antin.approval') return `${vi}: ${said.statement.certificate.serialHex}`;
  return `${vi}: ${subjectOf(said)}`;
}

/** What all statements of one question say together. */
export function statementLines(all: readonly Said[]): Line[] {
  const counts = new Map<Words, number>();
  for (const said of all) counts.set(ACTS[actOf(said)], (counts.get(ACTS[actOf(said)]) ?? 0) + 1);
  const acts = [...counts].map(([words, n]) => `${words.vi} / ${words.en}: ${n}`);
  const subjects = [...new Set(all.map(subjectOf))];
  const shown = subjects.slice(0, FIRST).join('; ') + (subjects.length > FIRST ? `; … (${subjects.length})` : '');
  const senders = [...new Set(all.flatMap((said) => senderOf(said) ?? []))];
  const [first] = all;
  const hash =
    all.length === 1 && first?.type === 'antin.approval'
      ? [{ label: { vi: 'SHA-256 của nội dung đã xem', en: 'SHA-256 of what was shown' }, value: first.statement.shownSha256 }]
      : [];
  const reasons = all.flatMap((said) => (said.type === 'antin.approval' ? [] : [said.statement.reason]));
  const causes = all.flatMap((said) => (said.type === 'antin.revocation' ? [said.statement] : []));
  return [
    { label: { vi: 'Việc', en: 'Act' }, value: acts.join('; ') },
    { label: { vi: 'Về', en: 'About' }, value: shown },
    ...(senders.length === 0 ? [] : [{ label: { vi: 'Cơ quan đề nghị', en: 'Agency that asks' }, value: senders.join('; ') }]),
    ...(causes.length === 0
      ? []
      : [
          {
            label: { vi: 'Lý do pháp lý', en: 'Legal cause' },
            value: causes.map(({ cause, since }) => CAUSES[cause] + (since === undefined ? '' : `, từ ${since}`)).join('; '),
          },
        ]),
    ...(reasons.length === 0 ? [] : [{ label: { vi: 'Lý do', en: 'Reason' }, value: [...new Set(reasons)].join('; ') }]),
    ...hash,
  ];
}

function subjectOf(said: Said): string {
  if (said.type !== 'antin.approval') return `chứng thư ${said.statement.certificate.serialHex}`;
  const { about, statement } = said;
  if (about === undefined) return `yêu cầu ${statement.requestItemId}`;
  return `${nameOf(about.item)}, ${actWords(about.item.act).vi.toLocaleLowerCase('vi')}`;
}

function senderOf(said: Said): string | undefined {
  return said.type === 'antin.approval' ? said.about?.submission.from.name : undefined;
}
