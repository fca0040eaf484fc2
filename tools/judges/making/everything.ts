import { SignatureFault } from '@antin/signature/fault';
import type { Asked } from '../judge.ts';
import type { ShapeName } from './make.ts';
import { raised, shapeOf, shapes } from './make.ts';
import type { Kind } from './people.ts';
import { keyOf, kinds } from './people.ts';

export interface Everything {
  readonly files: readonly Asked[];
  /** What the format has no name for, with our refusal. */
  readonly refused: readonly { readonly shape: ShapeName; readonly kind: Kind; readonly code: string }[];
}

/** Every shape × level × kind of key. */
export async function everything(): Promise<Everything> {
  const files: Asked[] = [];
  const refused: { shape: ShapeName; kind: Kind; code: string }[] = [];
  for (const kind of kinds) {
    const key = keyOf(kind);
    for (const shape of shapes) {
      try {
        const { detached, ending } = shapeOf(shape);
        for (const [level, bytes] of await raised(shape, key)) {
          const name = `${shape} ${kind} ${level}.${ending}`;
          files.push({
            name,
            shape,
            kind,
            level,
            bytes,
            signer: key.certificate,
            ...(detached === undefined ? {} : { detached }),
          });
        }
      } catch (fault) {
        if (!(fault instanceof SignatureFault)) throw fault;
        refused.push({ shape, kind, code: fault.code });
      }
    }
  }
  return { files, refused };
}
