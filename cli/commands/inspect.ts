import { nodeInflate } from '@antin/adapters/inflate/node';
import { fileSource } from '@antin/adapters/files/source';
import { fromLatin1, indexOfBytes, latin1 } from '@antin/formats/bytes/bytes';
import type { ByteSource } from '@antin/formats/bytes/source';
import { FormatFault } from '@antin/formats/fault';
import { PkiFault } from '@antin/pki/fault';
import { decodePem } from '@antin/pki/pem';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';
import { inspectPdf } from './inspect-pdf.ts';
import { inspectPki } from './inspect-pki.ts';
import type { Structure } from './inspect-structure.ts';
import { UsageFault } from './options.ts';
import { stat } from './validate-inputs.ts';

const usage = `antin inspect FILE [--format text|json]: print the structure of a file, judge nothing

  PDF (revisions and signatures), certificate, CRL, OCSP response, CMS signature, time-stamp token or response; DER or PEM.
`;

/** `antin inspect` */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    const { file, json, help } = readArguments(argv);
    if (help) {
      io.stdout.write(usage);
      return exit.ok;
    }
    if (!stat(file).isFile()) throw new UsageFault(`${file} is no file`);
    using source = fileSource(file);
    const found = inspect(source);
    if (found === undefined) {
      io.stderr.write(`antin inspect: ${file} is of no format that is known here\n`);
      return exit.unsupportedInput;
    }
    io.stdout.write(json ? `${JSON.stringify(found, null, 2)}\n` : `${lines(found, '').join('\n')}\n`);
    return exit.ok;
  } catch (error) {
    if (error instanceof UsageFault) {
      io.stderr.write(`antin inspect: ${error.message}\n${usage}`);
      return exit.usage;
    }
    if (error instanceof FormatFault || error instanceof PkiFault) {
      io.stderr.write(`antin inspect: ${error.message} [${error.code}]\n`);
      return exit.unsupportedInput;
    }
    throw error;
  }
}

function readArguments(argv: readonly string[]): { file: string; json: boolean; help: boolean } {
  const rest = [...argv];
  const help = rest.includes('--help') || rest.includes('-h');
  let json = false;
  const at = rest.indexOf('--format');
  if (at >= 0) {
    const value = rest[at + 1];
    if (value !== 'text' && value !== 'json') throw new UsageFault('--format is text or json');
    json = value === 'json';
    rest.splice(at, 2);
  }
  const [file, ...more] = rest.filter((one) => one !== '--help' && one !== '-h');
  if (!help && (file === undefined || more.length > 0 || file.startsWith('--'))) throw new UsageFault('which file?');
  return { file: file ?? '', json, help };
}

/** @throws {FormatFault} when a file of a known kind is damaged */
function inspect(source: ByteSource): Structure | undefined {
  const head = source.read(0, Math.min(source.size, 1024));
  if (indexOfBytes(head, latin1('%PDF-')) !== -1) return inspectPdf(source, nodeInflate);
  if (source.size > 64 * 1024 * 1024) return undefined;
  const bytes = source.read(0, source.size);
  if (bytes[0] === 0x30) return inspectPki(bytes);
  if (indexOfBytes(head, latin1('-----BEGIN')) === -1) return undefined;
  const blocks = decodePem(fromLatin1(bytes)).filter((block) => !block.label.includes('PRIVATE'));
  const parts = blocks.map((block) => inspectPki(block.bytes) ?? { kind: block.label });
  return parts.length === 1 ? parts[0] : { kind: 'PEM', parts };
}

function lines(structure: Structure, indent: string): string[] {
  return Object.entries(structure).flatMap(([label, value]) => {
    if (Array.isArray(value)) {
      return (value as readonly (Structure | string)[]).flatMap((one, i) =>
        typeof one === 'string'
          ? [`${indent}${label} ${i + 1}: ${plain(one)}`]
          : [`${indent}${label} ${i + 1}`, ...lines(one, `${indent}  `)],
      );
    }
    if (typeof value === 'object' && value !== null) return [`${indent}${label}`, ...lines(value as Structure, `${indent}  `)];
    return [`${indent}${label}: ${plain(String(value))}`];
  });
}

function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- what comes from a file must not move the cursor
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}
