import type { Browser } from 'playwright-core';
import type { DocumentView } from '@antin/protocol/office/documents';
import type { Installation } from './installation.ts';

/** A person at the office's API. */
export interface Desk {
  <T>(method: string, path: string, body?: unknown): Promise<T>;
  upload(name: string, bytes: Uint8Array): Promise<{ sha256: string; name: string }>;
}

export async function deskOf(installation: Pick<Installation, 'url' | 'password'>, signInName: string): Promise<Desk> {
  const { url, password } = installation;
  const session = await fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ signInName, password }),
  });
  const own = { cookie: (session.headers.get('set-cookie') ?? '').split(';')[0] as string, origin: url };
  const send = async <T>(
    method: string,
    path: string,
    headers: Record<string, string>,
    body: string | Uint8Array<ArrayBuffer> | null,
  ): Promise<T> => {
    const answer = await fetch(url + path, { method, headers: { ...own, ...headers }, body });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const call = <T>(method: string, path: string, body?: unknown): Promise<T> =>
    body === undefined
      ? send<T>(method, path, {}, null)
      : send<T>(method, path, { 'content-type': 'application/json' }, JSON.stringify(body));
  return Object.assign(call, {
    upload: (name: string, bytes: Uint8Array) =>
      send<{ sha256: string; name: string }>(
        'PUT',
        '/api/files',
        { 'content-type': 'application/octet-stream', 'x-file-name': encodeURIComponent(name) },
        new Uint8Array(bytes),
      ),
  });
}

/** What a department writes in a week. */
const SUBJECTS = [
  'thẩm định dự toán kinh phí tổ chức Hội nghị tổng kết năm 2026',
  'báo cáo tình hình thực hiện dự toán thu, chi ngân sách quý III',
  'cử cán bộ tham gia lớp bồi dưỡng nghiệp vụ chữ ký số chuyên dùng công vụ',
  'mua sắm tập trung thiết bị công nghệ thông tin năm 2027',
  'quyết toán kinh phí sửa chữa trụ sở Ủy ban nhân dân phường Bình An',
  'góp ý dự thảo Nghị quyết về định mức phân bổ chi thường xuyên',
  'điều chỉnh kế hoạch vốn đầu tư công năm 2026',
];

const letter = (subject: string, pages: number): string => `<!doctype html><html lang="vi"><meta charset="utf-8"><style>
@page{size:A4;margin:20mm 15mm 20mm 30mm}body{font:14pt "Liberation Serif","Times New Roman",serif;margin:0;line-height:1.4}
table{width:100%}td{text-align:center;vertical-align:top}p{text-align:justify;text-indent:10mm;margin:6pt 0}.next{break-before:page}</style>
<table><tr><td style="width:42%">ỦY BAN NHÂN DÂN<br>TỈNH SƠN HÀ<br><b>SỞ TÀI CHÍNH</b></td>
<td><b>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</b><br><b>Độc lập - Tự do - Hạnh phúc</b></td></tr>
<tr><td>Số: &nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;/STC-QLNS<br><small>V/v ${subject}</small></td><td><i>Sơn Hà, ngày &nbsp;&nbsp;&nbsp;&nbsp; tháng &nbsp;&nbsp;&nbsp;&nbsp; năm 2026</i></td></tr></table>
<p style="text-align:center;text-indent:0">Kính gửi: Sở Nội vụ.</p>
${Array.from({ length: pages }, (_, n) => `<p class="${n === 0 ? '' : 'next'}">Thực hiện ý kiến chỉ đạo của Ủy ban nhân dân tỉnh về ${subject}, Sở Tài chính đã rà soát hồ sơ và báo cáo kết quả như sau.</p><p>Đề nghị quý cơ quan nghiên cứu, có ý kiến bằng văn bản gửi Sở Tài chính để tổng hợp, trình Ủy ban nhân dân tỉnh xem xét, quyết định.</p>`).join('')}
<table><tr><td style="width:45%"></td><td><b>GIÁM ĐỐC</b><br><br><br><br><br><b>Trần Quốc Hùng</b></td></tr></table>`;

/** Drafts by `stc.lan`, before their leader `stc.hung`. Every second one has the place of the signature from its drafter. */
export async function submitSeveral(
  installation: Pick<Installation, 'url' | 'password'>,
  browser: Browser,
  n: number,
): Promise<DocumentView[]> {
  const drafter = await deskOf(installation, 'stc.lan');
  const { signers } = await drafter<{ signers: { positionId: string; fullName: string }[] }>('GET', '/api/signers');
  const { agencies } = await drafter<{ agencies: { id: string; name: string }[] }>(
    'GET',
    `/api/agencies?q=${encodeURIComponent('so noi vu')}`,
  );
  const page = await browser.newPage();
  const submitted: DocumentView[] = [];
  for (let at = 0; at < n; at += 1) {
    const subject = SUBJECTS[at % SUBJECTS.length] as string;
    await page.setContent(letter(subject, 1 + (at % 3)));
    const main = await drafter.upload(`Công văn ${at + 1}.pdf`, await page.pdf({ preferCSSPageSize: true }));
    const draft = await drafter<DocumentView>('POST', '/api/documents', {
      typeCode: 'CV',
      subject,
      notation: 'STC-QLNS',
      urgency: at === 2 ? 'urgent' : 'normal',
      addresseeIds: [agencies[0]?.id],
      signerPositionId: signers.find((one) => one.fullName === 'Trần Quốc Hùng')?.positionId,
      main: { sha256: main.sha256, name: main.name },
      annexes: [],
      places: {
        number: { page: 1, rect: [116, 688, 44, 18], format: 'number' },
        date: { page: 1, rect: [350, 688, 190, 18], format: 'full' },
        ...(at % 2 === 0 ? { signature: { page: 1 + (at % 3), rect: [350, 420, 120, 54] } } : {}),
      },
    });
    submitted.push(await drafter<DocumentView>('POST', `/api/documents/${draft.id}/submit`, { version: draft.version }));
  }
  await page.close();
  return submitted;
}
