import { fromBase64, toBase64 } from '@antin/formats/bytes/text-encodings';
import type { CadesToBeSigned } from '../cades/to-be-signed.ts';
import { cadesFromJson, cadesToJson } from '../cades/to-be-signed.ts';
import { SignatureFault } from '../fault.ts';
import type { ContainerKind } from './names.ts';
import { MIME_TYPE } from './names.ts';

/** A container's next CMS signature, waiting for its value. Holds no content. */
export interface AsicCadesToBeSigned {
  readonly kind: 'asic-cades';
  readonly container: ContainerKind;
  readonly signatureFile: string;
  /** ASiC-E only: the manifest that is signed, and its name. */
  readonly manifest?: { readonly name: string; readonly bytes: Uint8Array };
  /** Milliseconds since 1970: modification time of new entries. */
  readonly at: number;
  readonly cades: CadesToBeSigned;
}

export function asicCadesToJson(tbs: AsicCadesToBeSigned): Readonly<Record<string, unknown>> {
  const { manifest, ...rest } = tbs;
  const written = manifest === undefined ? {} : { manifest: { name: manifest.name, bytes: toBase64(manifest.bytes) } };
  return { ...rest, ...written, version: 1, cades: cadesToJson(tbs.cades) };
}

/** @throws {SignatureFault} `asic.prepared-damaged`, `cades.prepared-damaged` */
export function asicCadesFromJson(json: unknown): AsicCadesToBeSigned {
  const o = (typeof json === 'object' && json !== null ? json : {}) as Readonly<Record<string, unknown>>;
  const need = <T>(member: string, holds: (value: unknown) => boolean): T => {
    const value = o[member];
    if (holds(value)) return value as T;
    throw new SignatureFault('asic.prepared-damaged', `the stored preparation has no usable "${member}"`);
  };
  need('kind', (value) => value === 'asic-cades' && o['version'] === 1);
  const container = need<ContainerKind>('container', (value) => typeof value === 'string' && Object.hasOwn(MIME_TYPE, value));
  const manifest = need<{ name: string; bytes: string } | undefined>('manifest', (value) => {
    const { name, bytes } = (value ?? {}) as Partial<Record<string, unknown>>;
    return container === 'ASiC-S' ? value === undefined : typeof name === 'string' && typeof bytes === 'string';
  });
  return {
    kind: 'asic-cades',
    container,
    signatureFile: need('signatureFile', (value) => typeof value === 'string'),
    ...(manifest === undefined ? {} : { manifest: { name: manifest.name, bytes: fromBase64(manifest.bytes) } }),
    at: need('at', (value) => Number.isSafeInteger(value)),
    cades: cadesFromJson(o['cades']),
  };
}
