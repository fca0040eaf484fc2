import { judgeWithSources } from '@antin/signature/validation/with-sources';
import { sentenceFor } from '@antin/signature/words/sentence';
import { nobleCrypto } from '../crypto/noble.ts';
import { browserInflate } from '../crypto/inflate.ts';
import { fileSource } from './file-source.ts';
import type { CheckMessage, CheckRequest } from './messages.ts';
import { fetchEvidence, fetchTrust } from './trust.ts';

const ROUNDS = 4;

/** The engine, in the browser: the same code that answers on the server and on the command line. */
export async function check({ file, language }: CheckRequest, say: (message: CheckMessage) => void): Promise<void> {
  say({ kind: 'step', step: 'read' });
  const source = fileSource(file);
  if (source.size === 0) return say({ kind: 'failed', why: 'empty', code: 'file.empty' });
  const head = new TextDecoder('latin1').decode(source.read(0, Math.min(1024, source.size)));
  if (!head.includes('%PDF-')) return say({ kind: 'failed', why: 'not-pdf', code: 'file.not-pdf' });

  const trust = await fetchTrust();
  let offline: 'trust' | 'evidence' | undefined = trust === undefined ? 'trust' : undefined;
  say({ kind: 'step', step: 'check' });
  const { report } = await judgeWithSources(
    source,
    {
      door: nobleCrypto,
      inflate: browserInflate,
      trust: trust?.anchors ?? [],
      evidence: { certificates: trust?.certificates ?? [], crls: [], ocsps: [] },
      at: Date.now(),
      fileName: file.name,
    },
    async (needs) => {
      say({ kind: 'step', step: 'evidence' });
      const brought = await fetchEvidence(needs);
      if (brought === undefined) offline ??= 'evidence';
      say({ kind: 'step', step: 'check' });
      return brought ?? { certificates: [], crls: [], ocsps: [] };
    },
    ROUNDS,
  );
  say({ kind: 'done', report, sentence: sentenceFor(report, language), offline });
}
