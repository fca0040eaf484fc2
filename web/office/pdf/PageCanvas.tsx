import { useEffect, useRef } from 'react';
import { pdfLibrary, type PDFPageProxy } from './open.ts';

export interface PageCanvasProps {
  readonly page: PDFPageProxy;
  /** CSS pixels per point. */
  readonly scale: number;
  readonly withText?: boolean;
  readonly label: string;
}

/** One page drawn at the screen's own resolution, with its text selectable above the picture. */
export function PageCanvas({ page, scale, withText = false, label }: PageCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const layer = useRef<HTMLDivElement>(null);
  const viewport = page.getViewport({ scale });
  useEffect(() => {
    const target = canvas.current;
    if (target === null) return;
    const dense = Math.min(window.devicePixelRatio || 1, 2.5);
    const sharp = page.getViewport({ scale: scale * dense });
    target.width = Math.floor(sharp.width);
    target.height = Math.floor(sharp.height);
    const task = page.render({ canvas: target, viewport: sharp, annotationMode: 1 });
    task.promise.catch(() => undefined);
    return () => task.cancel();
  }, [page, scale]);
  useEffect(() => {
    const box = layer.current;
    if (box === null || !withText) return;
    let stopped = false;
    let cancel: (() => void) | undefined;
    void pdfLibrary().then(async (pdfjs) => {
      if (stopped) return;
      box.replaceChildren();
      const text = new pdfjs.TextLayer({
        textContentSource: page.streamTextContent(),
        container: box,
        viewport: page.getViewport({ scale }),
      });
      cancel = () => text.cancel();
      await text.render().catch(() => undefined);
    });
    return () => {
      stopped = true;
      cancel?.();
    };
  }, [page, scale, withText]);
  return (
    <div
      className="pdf-page"
      style={{
        width: viewport.width,
        height: viewport.height,
        ['--total-scale-factor' as string]: scale,
        ['--scale-factor' as string]: scale,
      }}
    >
      <canvas ref={canvas} role="img" aria-label={label} />
      {withText ? <div ref={layer} className="textLayer" /> : null}
    </div>
  );
}
