import { SignatureFault } from '../fault.ts';
import type { XadesToBeSigned } from '../xades/to-be-signed.ts';
import { xadesFromJson, xadesToJson } from '../xades/to-be-signed.ts';
import type { ContainerKind } from './names.ts';
import { MIME_TYPE } from './names.ts';

/** A container's next XML signature, waiting for its value. Holds no content: files or container are given again to `embedAsic`. */
export interface AsicToBeSigned {
  readonly kind: 'asic';
  readonly container: ContainerKind;
  /** The signature file that it goes into. */
  readonly signatureFile: string;
  /** Of all files, by name, in order: what the container must hold. */
  readonly files: readonly { readonly name: string; readonly mimeType: string; readonly size: number }[];
  /** Milliseconds since 1970: modification time of new entries. */
  readonly at: number;
  readonly xades: XadesToBeSigned;
}

export function asicToJson(tbs: AsicToBeSigned): Readonly<Record<string, unknown>> {
  return { ...tbs, version: 1, xades: xadesToJson(tbs.xades) };
}

/** @throws {SignatureFault} `asic.prepared-damaged`, `xades.prepared-damaged` */
export function asicFromJson(json: unknown): AsicToBeSigned {
  const o = (typeof json === 'object' && json !== null ? json : {}) as Readonly<Record<string, unknown>>;
  const need = <T>(member: string, holds: (value: unknown) => boolean): T => {
    const value = o[member];
    if (holds(value)) return value as T;
    throw new SignatureFault('asic.prepared-damaged', `the stored preparation has no usable "${member}"`);
  };
  need('kind', (value) => value === 'asic' && o['version'] === 1);
  const isFile = (one: Partial<Record<string, unknown>> | null) =>
    typeof one?.['name'] === 'string' && typeof one['mimeType'] === 'string' && Number.isSafeInteger(one['size']);
  return {
    kind: 'asic',
    container: need('container', (value) => typeof value === 'string' && Object.hasOwn(MIME_TYPE, value)),
    signatureFile: need('signatureFile', (value) => typeof value === 'string'),
    files: need<AsicToBeSigned['files']>('files', (value) => Array.isArray(value) && value.every(isFile)).map(
      ({ name, mimeType, size }) => ({ name, mimeType, size }),
    ),
    at: need('at', (value) => Number.isSafeInteger(value)),
    xades: xadesFromJson(o['xades']),
  };
}
