import { createHash } from 'node:crypto';
import type { DraftFields } from '@antin/protocol/office/documents';
import type { LoadedDirectory } from '@antin/agency/directory/types';
import type { Demo } from './data.ts';
import { call, signIn } from './as-person.ts';
import type { SeedDoors } from './doors.ts';
import { layOut } from './letter/layout.ts';
import { letterPdf } from './letter/pdf.ts';

/** Drafts go in as their drafters would put them in: sign in, upload, create, submit, over the office's own routes. */
export async function seedDrafts(demo: Demo, loaded: LoadedDirectory, doors: SeedDoors): Promise<void> {
  for (const draft of demo.drafts) {
    const drafter = demo.people.find((person) => person.positions.some((position) => position.key === draft.drafterPosition));
    if (drafter === undefined) throw new TypeError(`nobody holds ${draft.drafterPosition}`);
    const cookie = await signIn(doors, drafter.signInName);
    const laidOut = layOut(draft.letter);
    const pdf = letterPdf(laidOut, draft.letter.subject);
    const name = `${draft.letter.notation}-${draft.letter.subject}`.slice(0, 120);
    const uploaded = (await call(doors, cookie, 'PUT', '/api/files', pdf, {
      'content-type': 'application/octet-stream',
      'x-file-name': encodeURIComponent(`${name}.pdf`),
    })) as { sha256: string; name: string };
    if (uploaded.sha256 !== createHash('sha256').update(pdf).digest('hex')) throw new Error('the office stored other bytes');
    const fields = {
      typeCode: draft.typeCode,
      subject: draft.letter.subject,
      notation: draft.letter.notation,
      urgency: 'normal',
      addresseeIds: draft.addressees.map((key) => loaded.agencies.get(key) as string),
      signerPositionId: loaded.positions.get(draft.signerPosition) as string,
      main: { sha256: uploaded.sha256, name: uploaded.name },
      annexes: [],
      places: {
        number: { page: 1, rect: [...laidOut.places.number], format: 'number' },
        date: { page: 1, rect: [...laidOut.places.date], format: 'full' },
        signature: { page: 1, rect: [...laidOut.places.signature] },
      },
    };
    const json = { 'content-type': 'application/json' };
    const created = (await call(
      doors,
      cookie,
      'POST',
      '/api/documents',
      JSON.stringify(fields satisfies Record<keyof DraftFields, unknown>),
      json,
    )) as { id: string; version: number };
    if (draft.stage === 'awaiting-signature') {
      await call(
        doors,
        cookie,
        'POST',
        `/api/documents/${created.id}/submit`,
        JSON.stringify({ version: created.version }),
        json,
      );
    }
  }
}
