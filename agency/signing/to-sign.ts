import type { z } from 'zod';
import { MAX_BATCH } from '@antin/protocol/basics';
import { kindOf } from '@antin/protocol/office/kinds';
import type { ToSign } from '@antin/protocol/office/signing';
import { filesOf, findDocuments } from '../documents/store.ts';
import { uploadsOf } from '../documents/upload-store.ts';
import type { Caller } from '../session/caller.ts';
import type { Db } from '@antin/adapters/db/transaction';

/** What waits for the caller in the position they act in, as the page that signs several needs it. */
export async function toSign(db: Db, caller: Caller): Promise<{ items: z.input<typeof ToSign>[]; total: number }> {
  const { agencyId, id: positionId } = caller.position;
  const query = { agencyIds: [agencyId], mine: 'to-sign', positionId, page: 1, pageSize: MAX_BATCH } as const;
  const { items, total } = await findDocuments(db, query);
  const found: z.input<typeof ToSign>[] = [];
  for (const line of items) {
    const files = await filesOf(db, line.id);
    const main = files.find((file) => file.role === 'main')!;
    const upload = (await uploadsOf(db, agencyId, [main.originalSha256])).get(main.originalSha256);
    found.push({
      documentId: line.id,
      version: line.version,
      typeCode: line.typeCode,
      typeName: kindOf(line.typeCode)?.name.vi ?? line.typeCode,
      subject: line.subject,
      urgency: line.urgency,
      drafterName: line.drafterName,
      signerName: line.signerName,
      waitingSince: line.waitingSince.toISOString(),
      main: { fileId: main.id, sha256: main.sha256, pages: upload?.pdf?.pages.length ?? 0 },
      annexes: files.length - 1,
      ...(line.places?.signature === undefined ? {} : { place: line.places.signature }),
    });
  }
  const urgent = ['flash', 'very-urgent', 'urgent', 'normal'];
  found.sort((a, b) => urgent.indexOf(a.urgency) - urgent.indexOf(b.urgency) || (a.waitingSince < b.waitingSince ? -1 : 1));
  return { items: found, total };
}
