import type { TestOffice } from './office-for-tests.ts';

/** Whole acts through the API, for tests that are about what comes after them. Tests only. */

/** A small PDF of two A4 pages; `more` adds objects from number 5 on, `catalog` entries of the catalog. */
export function onePdf(more: readonly string[] = [], catalog = '', trailer = ''): Uint8Array {
  const bodies = [
    `<</Type/Catalog/Pages 2 0 R${catalog}>>`,
    '<</Type/Pages/Count 2/Kids[3 0 R 4 0 R]/MediaBox[0 0 595 842]>>',
    '<</Type/Page/Parent 2 0 R/Resources<<>>>>',
    '<</Type/Page/Parent 2 0 R/Resources<<>>>>',
    ...more,
  ];
  let out = '%PDF-1.7\n';
  const offsets = bodies.map((body, at) => {
    const offset = out.length;
    out += `${at + 1} 0 obj\n${body}\nendobj\n`;
    return offset;
  });
  const startxref = out.length;
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  out += `xref\n0 ${bodies.length + 1}\n0000000000 65535 f \n${rows}`;
  out += `trailer\n<</Size ${bodies.length + 1}/Root 1 0 R${trailer}>>\nstartxref\n${startxref}\n%%EOF\n`;
  return Uint8Array.from(out, (c) => c.charCodeAt(0));
}

export const PLACES = {
  number: { page: 1, rect: [80, 700, 160, 20], format: 'number-and-notation' },
  date: { page: 1, rect: [300, 680, 220, 20], format: 'full' },
};

export async function draftFields(o: TestOffice, as: string, more: Record<string, unknown> = {}) {
  const { agencies } = await o.get(as, `/api/agencies?q=${encodeURIComponent('uy ban nhan dan tinh')}`);
  const { signers } = await o.get(as, '/api/signers');
  const main = await o.upload(as, 'Công văn.pdf', onePdf());
  return {
    typeCode: 'CV',
    subject: 'Về việc quyết toán ngân sách quý I',
    notation: 'STC-NS',
    urgency: 'normal',
    addresseeIds: [agencies[0].id],
    signerPositionId: signers.find((one: { fullName: string }) => one.fullName === 'Nguyễn Văn An').positionId,
    main: { sha256: main.sha256, name: main.name },
    annexes: [] as { sha256: string; name: string }[],
    places: PLACES,
    ...more,
  };
}

/** Drafted and before its leader. @returns id and version */
export async function submitted(o: TestOffice, drafter: string, more: Record<string, unknown> = {}) {
  const view = await o.post(drafter, '/api/documents', await draftFields(o, drafter, more));
  const { id, version } = await o.post(drafter, `/api/documents/${view.id}/submit`, { version: view.version });
  return { id: id as string, version: version as number };
}

/** Signed by the leader, time-stamped, waiting for its number. */
export async function signed(o: TestOffice, drafter: string, leader: string, more: Record<string, unknown> = {}) {
  const { id, version } = await submitted(o, drafter, more);
  const place = { page: 2, rect: [330, 120, 170, 70] };
  const job = await o.post(leader, `/api/documents/${id}/sign`, { version, credentialId: o.credential('leader'), place });
  await o.answer(job.id, 'leader');
  await o.work();
  const view = await o.get(drafter, `/api/documents/${id}`);
  if (view.state !== 'signed') throw new Error(`signing ended in ${view.state}`);
  return { id, version: view.version as number };
}

/** With its number reserved and the order sent. */
export async function sealing(
  o: TestOffice,
  clerk: string,
  document: { id: string; version: number },
): Promise<{ jobId: string }> {
  const proposal = await o.get(clerk, `/api/documents/${document.id}/issue`);
  const job = await o.post(clerk, `/api/documents/${document.id}/issue`, {
    version: document.version,
    credentialId: o.credential('seal'),
    date: proposal.date,
  });
  return { jobId: job.id };
}
