import type { Browser } from 'playwright-core';

const LETTER = `<!doctype html><html lang="vi"><meta charset="utf-8"><style>
@page{size:A4;margin:20mm 15mm 20mm 30mm}body{font:13.5pt "Liberation Serif","Times New Roman",serif;margin:0;line-height:1.35}
table{width:100%;border-collapse:collapse}td{text-align:center;vertical-align:top;padding:0}p{text-align:justify;text-indent:10mm;margin:6pt 0}
.small{font-size:12pt}.sign td{padding-top:14pt}</style>
<table><tr><td style="width:42%"><div class="small">ỦY BAN NHÂN DÂN<br>TỈNH SƠN HÀ</div><b class="small">SỞ TÀI CHÍNH</b></td>
<td><b class="small">CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</b><br><b>Độc lập - Tự do - Hạnh phúc</b></td></tr>
<tr><td style="padding-top:10pt">Số: &nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;/STC-QLNS<div class="small">V/v cấp kinh phí chữ ký số<br>chuyên dùng công vụ năm 2027</div></td>
<td style="padding-top:10pt"><i>Sơn Hà, <span style="display:inline-block;width:58mm"></span></i></td></tr></table>
<div style="margin:18pt 0 10pt 34mm">Kính gửi:<div style="padding-left:22mm">- Sở Nội vụ;<br>- Ủy ban nhân dân phường Bình An.</div></div>
<p>Căn cứ Nghị định số 68/2024/NĐ-CP và nhu cầu đã tổng hợp, Sở Tài chính thông báo mức kinh phí bảo đảm cho việc cấp, gia hạn chứng thư chữ ký số và thiết bị lưu khóa của các cơ quan, đơn vị trong năm 2027.</p>
<p>Đề nghị các cơ quan, đơn vị rà soát danh sách tại phụ lục kèm theo, có văn bản gửi Sở Tài chính trước ngày 10 tháng 12 năm 2026 để tổng hợp, trình Ủy ban nhân dân tỉnh xem xét, quyết định./.</p>
<table class="sign"><tr><td style="width:45%;text-align:left"><b><i class="small">Nơi nhận:</i></b><div style="font-size:11pt">- Như trên;<br>- Lưu: VT, QLNS.</div></td>
<td><b>GIÁM ĐỐC</b><div style="height:72pt"></div><b>Trần Quốc Hùng</b></td></tr></table></html>`;

const ANNEX = `<!doctype html><html lang="vi"><meta charset="utf-8"><style>@page{size:A4;margin:25mm}body{font:13pt "Liberation Serif",serif}
td,th{border:1px solid #333;padding:4pt 8pt}table{border-collapse:collapse;width:100%}</style><h1 style="font-size:14pt;text-align:center">PHỤ LỤC<br>Dự kiến số lượng chứng thư cấp năm 2027</h1>
<table><tr><th>TT</th><th>Cơ quan, đơn vị</th><th>Cá nhân</th><th>Tổ chức</th></tr><tr><td>1</td><td>Sở Nội vụ</td><td>48</td><td>2</td></tr><tr><td>2</td><td>UBND phường Bình An</td><td>31</td><td>1</td></tr></table></html>`;

/** A letter and its annex as Chromium prints them: PDFs of another producer than ours. */
export async function printedLetter(browser: Browser): Promise<{ letter: Buffer; annex: Buffer }> {
  const page = await browser.newPage();
  const print = async (html: string): Promise<Buffer> => {
    await page.setContent(html);
    return page.pdf({ preferCSSPageSize: true, printBackground: true });
  };
  const letter = await print(LETTER);
  const annex = await print(ANNEX);
  await page.close();
  return { letter, annex };
}
