import { equalBytes } from '@antin/formats/bytes/bytes';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { parseSignedData } from '@antin/pki/cms/signed-data';
import { digestOf } from '@antin/pki/crypto';
import { parseCheckpoint } from '@antin/pki/log/checkpoint';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { commonName } from '@antin/pki/x509/name';
import type { JournalCopy, JournalState } from '@antin/protocol/journal/reading';
import { nodeCrypto } from '../crypto/node.ts';
import type { Db } from '../db/transaction.ts';
import { newestHead, sealedHead, sealedAt } from './head-store.ts';
import { treeSize } from './tree-store.ts';

/** What a running journal knows of itself beside its tables. */
export interface JournalView {
  readonly origin: string;
  copy(): JournalCopy;
}

/** The code of a journal that knows less than its copy, or tells another story; undefined when it does not. */
export function setBackCode(view: JournalView | undefined): 'journal.set-back' | 'journal.forked' | undefined {
  const copy = view?.copy();
  if (copy?.status === 'behind') return 'journal.set-back';
  return copy?.status === 'forked' ? 'journal.forked' : undefined;
}

/** Where none is kept by this process: a console of its own, a test. */
export const NO_VIEW: JournalView = { origin: '', copy: () => ({ status: 'none' }) };

/** Head, signature and copy of a journal, for people who control it. */
export async function journalState(db: Db, schema: string, view: JournalView, waiting: number): Promise<JournalState> {
  const head = await newestHead(db, schema);
  const sealed = await sealedHead(db, schema);
  const origin = view.origin === '' && head !== undefined ? parseCheckpoint(head.checkpoint).origin : view.origin;
  const shown = ({ size, at, checkpoint }: { size: number; at: Date; checkpoint: string }) => ({
    ...{ size, checkpoint },
    at: at.toISOString(),
  });
  return {
    origin,
    entries: await treeSize(db, schema),
    waiting,
    ...(head === undefined ? {} : { head: shown(head) }),
    ...(sealed?.signature === undefined
      ? {}
      : {
          sealed: {
            ...shown(sealed),
            sealedAt: ((await sealedAt(db, schema, sealed.size)) ?? sealed.at).toISOString(),
            ...signerOf(sealed.signature),
          },
        }),
    copy: view.copy(),
  };
}

/** Whose certificate stands under a head: told, not judged; judging is `antin journal check`. */
function signerOf(signature: Uint8Array): { signer?: string; signerSha256?: string } {
  const { certificates, signerInfos } = parseSignedData(signature);
  const sid = signerInfos[0]?.sid;
  const own = certificates
    .map((raw) => parseCertificate(raw))
    .find((one) => sid?.kind === 'issuer-serial' && equalBytes(one.serialNumber, sid.serialNumber));
  if (own === undefined) return {};
  const name = commonName(own.subject);
  return {
    signerSha256: toHex(digestOf(nodeCrypto, 'SHA-256', own.raw)),
    ...(name === undefined ? {} : { signer: name }),
  };
}
