import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import { FormatFault } from '@antin/formats/fault';
import { memorySource } from '@antin/formats/bytes/source';
import { openZip } from '@antin/formats/zip/reader';
import type { ConnectorCapabilities } from '@antin/protocol/certificates/result';
import type { SignatureReport, ValidationReport } from '@antin/signature/validation/types';
import { ARCHIVE_BUDGET } from './archive.ts';
import { ConnectorFault } from './connector.ts';

/** The engine's judgement of a container, with this installation's trust. */
export type JudgeArchive = (archive: Uint8Array) => Promise<ValidationReport>;

/**
 * Looks at the issuer's seal before anything in an archive is believed. One that is there and does not hold is never taken for a plain
 * archive: whoever changed the files would only have to break it. One that cannot be concluded (an issuer without status data) is
 * worth as much as none.
 *
 * @param sealers SHA-256 of the issuer's own certificates: a seal by whoever else is trusted here (any organisation, any officer)
 *   is not the issuer's. Left out, any trusted one counts
 * @throws {ConnectorFault} `connector.archive-seal-broken`, `connector.archive-unsealed` where a seal is required, `connector.archive-damaged`
 */
export async function requireSeal(
  archive: Uint8Array,
  { resultSeal = 'when-present' }: Pick<ConnectorCapabilities, 'resultSeal'>,
  judge: JudgeArchive | undefined,
  sealers?: ReadonlySet<string>,
): Promise<void> {
  const sealed = claimsSeal(archive);
  if (!sealed || judge === undefined) {
    if (resultSeal === 'required')
      throw new ConnectorFault('connector.archive-unsealed', 'the archive is not sealed by its issuer');
    return;
  }
  const report = await judge(archive);
  if (report.verdict === 'valid') {
    const own = report.signatures.filter(({ signer }) => sealers === undefined || sealers.has(signer?.sha256 ?? ''));
    // Beside a file under a stranger's seal, the issuer's over another one says nothing.
    if (own.length === report.signatures.length || own.some((one) => coversAll(archive, one))) return;
    throw new ConnectorFault('connector.archive-seal-broken', 'the seal over all of it is not the issuer’s');
  }
  const open = report.signatures.filter((one) => one.indication !== 'TOTAL_PASSED');
  const why = open[0]?.subIndication ?? report.decidedBy ?? report.verdict;
  // Only who sealed may be open. A file beside what was sealed, or no signature at all, is a container that somebody changed.
  const whole =
    open.length > 0 &&
    open.every((one) => NOT_KNOWN.has(one.subIndication ?? '')) &&
    report.signatures.every((one) => coversAll(archive, one));
  if (report.verdict !== 'indeterminate' || !whole)
    throw new ConnectorFault('connector.archive-seal-broken', `the seal does not hold: ${why}`);
  if (resultSeal === 'required') throw new ConnectorFault('connector.archive-unsealed', `the seal cannot be concluded: ${why}`);
}

const NOT_KNOWN: ReadonlySet<string> = new Set(['NO_CERTIFICATE_CHAIN_FOUND', 'TRY_LATER']);

function coversAll(archive: Uint8Array, signature: SignatureReport): boolean {
  const files = namesIn(archive).filter((name) => name !== 'mimetype' && !name.startsWith('META-INF/') && !name.endsWith('/'));
  return files.every((name) => signature.covers?.some((part) => part.name === name) === true);
}

/** Whether the archive says that it is a signed container, be it by a signature without files or files without a signature. */
function claimsSeal(archive: Uint8Array): boolean {
  if (archive[0] !== 0x50 || archive[1] !== 0x4b) return false;
  return namesIn(archive).some((name) => name === 'mimetype' || /^META-INF\/.*(signature|manifest|timestamp)/i.test(name));
}

function namesIn(archive: Uint8Array): string[] {
  try {
    return openZip(memorySource(archive), { inflateRaw: nodeInflateRaw, budget: ARCHIVE_BUDGET }).entries.map(({ name }) => name);
  } catch (fault) {
    if (!(fault instanceof FormatFault)) throw fault;
    throw new ConnectorFault('connector.archive-damaged', fault.message, fault);
  }
}
