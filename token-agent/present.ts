import { parseCertificate } from '@antin/pki/x509/certificate';
import { commonName, nameText } from '@antin/pki/x509/name';
import type { JobDocument } from '@antin/protocol/agent/jobs';
import { isPdf } from './container-check.ts';
import type { PresentedDocument, PresentedJob, PresentedLine } from './consent/prompt.ts';
import type { HeldCertificate, KeyCondition } from './keys/holder.ts';
import type { Run } from './order.ts';
import { REQUEST_HEADING, requestLines } from './request-words.ts';
import { statementHeading, statementLines, statementTitle } from './statement-words.ts';
import type { Said, Taken, Words } from './taken.ts';

/**
 * What a person is asked: exactly what is left to sign. What documents say themselves stands for what is signed; words of the server
 * stand beside it and are marked as such.
 */
export function present(
  run: Run,
  taken: ReadonlyMap<string, readonly Taken[]>,
  about: {
    readonly held: HeldCertificate;
    readonly condition: KeyCondition;
    readonly practice: boolean;
    readonly wrongPins: number;
  },
): PresentedJob {
  const { order, items } = run;
  const { held, condition, practice, wrongPins } = about;
  const certificate = parseCertificate(held.certificate);
  const documents = items.flatMap((item) => {
    const shown = item.documents.flatMap((document, n) => shownOf(document, taken.get(item.jti)?.[n]));
    run.titles.set(item.jti, shown[0]?.title ?? '');
    return shown;
  });
  const read = readIn(items.flatMap((item) => taken.get(item.jti) ?? []));
  const told = (order.batch ? [] : (order.items[0]?.summary ?? [])).map((line) => ({ ...line, told: true as const }));
  return {
    jti: order.id,
    claims: order.claims,
    items: items.length,
    batch: order.batch,
    ...(read.heading === undefined ? {} : { heading: read.heading }),
    summary: read.whole ? read.lines : [...read.lines, ...told],
    // Files of all items are numbered through.
    documents: documents.map((one, index) => ({ ...one, index })),
    certificate: {
      subject: commonName(certificate.subject) ?? nameText(certificate.subject),
      issuer: commonName(certificate.issuer) ?? nameText(certificate.issuer),
      serialHex: certificate.serialHex,
      notAfter: new Date(certificate.notAfter).toISOString(),
      place: held.place,
    },
    ...{ condition, practice, wrongPins },
  };
}

/** `whole`: nothing needs to be told beside it; two voices about one thing, and one of them is not signed, are one too many. */
interface Read {
  readonly heading?: Words;
  readonly lines: readonly PresentedLine[];
  readonly whole: boolean;
}

/** What the documents of one question say together. */
function readIn(all: readonly Taken[]): Read {
  const said: Said[] = all.flatMap((one) => (one.status === 'statement' ? [one.said] : []));
  if (said.length > 0) {
    const whole = said.every((one) => one.type !== 'antin.approval' || one.about !== undefined);
    return { heading: statementHeading(said), lines: statementLines(said), whole };
  }
  const requests = all.flatMap((one) => (one.status === 'request' ? [one] : []));
  if (requests.length === 0) return { lines: [], whole: false };
  return { whole: true, heading: REQUEST_HEADING, lines: requests.flatMap(({ request, files }) => requestLines(request, files)) };
}

function shownOf(document: JobDocument, taken: Taken | undefined): Omit<PresentedDocument, 'index'>[] {
  const { title, fileName, size } = document;
  if (taken === undefined) return [];
  if (taken.status === 'pdf') return [{ title, fileName, size, path: taken.path, pages: taken.pages }];
  if (taken.status === 'statement') return [{ title: statementTitle(taken.said), fileName, size, path: taken.path }];
  const { request, list, files } = taken;
  const opened = files.filter((file) => isPdf(file.path));
  const data = files.find((file) => file.name === 'request.json')!;
  return [
    { title: `Nội dung đề nghị: ${request.items.length} dòng`, fileName: data.name, size: data.size, path: list },
    ...opened.map(({ name, path, size: bytes }) => ({
      title: name === 'request.pdf' ? 'Bản in của đề nghị' : 'Tệp kèm theo',
      ...{ fileName: name.length > 40 ? `${name.slice(0, 24)}…` : name, size: bytes, path },
    })),
  ];
}
