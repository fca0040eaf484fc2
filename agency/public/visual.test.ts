import { latin1 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { pdfRef } from '@antin/formats/pdf/objects';
import { validate } from '@antin/signature/validation/validate';
import { append, contextOf, letter, sign } from '@antin/testkit/judging/documents';
import { testPki } from '@antin/testkit/pki/test-pki';
import { expect, it } from 'vitest';
import { visualDoor } from './visual.ts';

const pki = testPki();

it('one file is drawn at a time, few wait, and a file that is drawn too long says so instead of a picture', async () => {
  const content = latin1('BT /F1 14 Tf 72 720 Td (Noi dung khac) Tj ET');
  const bytes = append(await sign(letter(), { pki, by: 'leader' }), (update) => update.setStream(pdfRef(4), {}, content));
  const { report } = validate(memorySource(bytes), contextOf(pki, pki.now));
  const door = visualDoor();
  const asked = await Promise.allSettled(Array.from({ length: 6 }, () => door({ bytes }, report, 'vi')));
  expect(asked.map((one) => one.status)).toEqual([...Array<string>(4).fill('fulfilled'), 'rejected', 'rejected']);
  expect(asked[5]).toMatchObject({ reason: { code: 'http.unavailable' } });
  // The room is free again.
  expect((await door({ bytes }, report, 'vi')).differences).toHaveLength(1);
  const hurried = visualDoor({ milliseconds: 1 });
  expect((await hurried({ bytes }, report, 'vi')).differences).toEqual([
    { revision: 2, signatures: ['signature-1'], code: 'render.timeout' },
  ]);
}, 30_000);
