import { useEffect, useState } from 'react';
import { signingRoutes } from '@antin/protocol/office/signing';
import { addressOf } from '../../staff/client.ts';

export type Appearance =
  | { readonly state: 'loading' }
  | { readonly state: 'none' }
  | { readonly state: 'ready'; readonly url: string; readonly width: number; readonly height: number };

/** The picture that will be drawn, as the server keeps it. */
export function useAppearance(kind: 'person' | 'organisation'): Appearance {
  const [appearance, setAppearance] = useState<Appearance>({ state: 'loading' });
  useEffect(() => {
    const url = addressOf(signingRoutes.signatureImage, { params: { kind } });
    const image = new Image();
    let left = false;
    image.onload = () => {
      if (!left) setAppearance({ state: 'ready', url, width: image.naturalWidth, height: image.naturalHeight });
    };
    image.onerror = () => {
      if (!left) setAppearance({ state: 'none' });
    };
    image.src = url;
    return () => {
      left = true;
    };
  }, [kind]);
  return appearance;
}
