import { dataByName } from '@antin/signature/validation/data-by-name';
import { etsiReport } from '@antin/signature/validation/etsi-report';
import type { ValidationOutcome } from '@antin/signature/validation/outcome';
import { VIETNAM_POLICY } from '@antin/signature/validation/policy';
import { recognise } from '@antin/signature/validation/recognise';
import { detailedReport, diagnosticReport } from '@antin/signature/validation/reports';
import type { ValidationContext } from '@antin/signature/validation/types';
import { UnsupportedFile } from '@antin/signature/validation/validate';
import { judgeWithSources } from '@antin/signature/validation/with-sources';
import { sentenceFor } from '@antin/signature/words/sentence';
import { nobleCrypto } from '../crypto/noble.ts';
import { browserInflate } from '../crypto/inflate.ts';
import { browserInflateRaw } from '../crypto/inflate-raw.ts';
import { fileSource } from './file-source.ts';
import { piecesOf } from './material.ts';
import type { CheckMessage, CheckRequest, Expert } from './messages.ts';
import { fetchEvidence, fetchTrust } from './trust.ts';
import { loadXmlParser } from './xml-parser.ts';

const ROUNDS = 4;

/** What these are written in, or may hold: the manifests of a container are XML too. */
const NEEDS_XML: ReadonlySet<string> = new Set(['xml', 'ooxml', 'asic']);

/** The engine, in the browser: the same code that answers on the server and on the command line. */
export async function check({ file, data, language }: CheckRequest, say: (message: CheckMessage) => void): Promise<void> {
  say({ kind: 'step', step: 'read' });
  const source = fileSource(file);
  if (source.size === 0) return say({ kind: 'failed', why: 'empty', code: 'file.empty' });
  const { kind } = recognise(source);
  const trusted = fetchTrust();
  if (NEEDS_XML.has(kind)) {
    say({ kind: 'step', step: 'xml' });
    await loadXmlParser();
  }
  const trust = await trusted;
  let offline: 'trust' | 'evidence' | undefined = trust === undefined ? 'trust' : undefined;
  let waited = 0;
  const at = Date.now();
  const beginning = performance.now();
  const others = data.map((one) => ({ name: one.name, source: fileSource(one) }));
  const [only] = others;
  const context: ValidationContext = {
    door: nobleCrypto,
    inflate: browserInflate,
    inflateRaw: browserInflateRaw,
    trust: trust?.anchors ?? [],
    evidence: { certificates: trust?.certificates ?? [], crls: [], ocsps: [] },
    at,
    fileName: file.name,
    // One file is what the signature is about, whatever its name; of several, the name decides.
    ...(only === undefined || others.length > 1 ? {} : { detached: only.source }),
    ...(only === undefined ? {} : { detachedByName: dataByName(others) }),
    ...(others.length < 2 ? {} : { detachedNames: others.map((one) => one.name) }),
  };
  say({ kind: 'step', step: 'check' });
  let outcome: ValidationOutcome;
  try {
    outcome = await judgeWithSources(
      source,
      context,
      async (needs) => {
        say({ kind: 'step', step: 'evidence' });
        const asking = performance.now();
        const brought = await fetchEvidence(needs);
        waited += performance.now() - asking;
        if (brought === undefined) offline ??= 'evidence';
        say({ kind: 'step', step: 'check' });
        return brought ?? { certificates: [], crls: [], ocsps: [] };
      },
      ROUNDS,
    );
  } catch (fault) {
    if (!(fault instanceof UnsupportedFile)) throw fault;
    return say({ kind: 'failed', why: 'unsupported', code: fault.code });
  }
  const spentMs = performance.now() - beginning - waited;
  const { report } = outcome;
  say({ kind: 'done', report, sentence: sentenceFor(report, language), expert: expertOf(outcome, at), offline, spentMs });
}

function expertOf(outcome: ValidationOutcome, at: number): Expert {
  const diagnostic = JSON.stringify(diagnosticReport(outcome), undefined, 2);
  return {
    detailed: detailedReport(outcome, VIETNAM_POLICY, at),
    diagnostic,
    etsi: etsiReport(outcome, VIETNAM_POLICY, at),
    pieces: piecesOf(outcome.material(), diagnostic, nobleCrypto),
  };
}
