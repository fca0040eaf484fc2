import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { Icon } from '../../ui/Icon.tsx';
import { Skeleton } from '../../ui/Waiting.tsx';
import { useSpeech } from '../../staff/language.tsx';
import { PageCanvas } from './PageCanvas.tsx';
import type { PDFPageProxy } from './open.ts';
import { usePdf } from './use-document.ts';

/** At reading size: the page as wide as an A4 sheet held at arm's length. */
const READING_WIDTH = 820;

export function PdfReader({ url, tools }: { readonly url: string; readonly tools?: ReactNode }) {
  const { t } = useSpeech();
  const pdf = usePdf(url);
  const desk = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(0);
  const [zoom, setZoom] = useState(1);
  const [current, setCurrent] = useState(1);
  useLayoutEffect(() => {
    const box = desk.current;
    if (box === null) return;
    const watch = new ResizeObserver(() => setRoom(box.clientWidth));
    watch.observe(box);
    setRoom(box.clientWidth);
    return () => watch.disconnect();
  }, []);
  const first = pdf.state === 'open' ? pdf.pages[0] : undefined;
  const natural = first?.getViewport({ scale: 1 }).width ?? 595;
  const scale = room === 0 ? 0 : (Math.min(room - (room < 500 ? 16 : 40), READING_WIDTH) / natural) * zoom;
  return (
    <div className="reader">
      <div className="reader-tools">
        <span className="num hint" role="status">
          {pdf.state === 'open' ? t('pdf.page-of', { n: current, total: pdf.document.numPages }) : ' '}
        </span>
        <span className="reader-zoom">
          <button
            type="button"
            className="top-tool icon"
            aria-label={t('pdf.zoom-out')}
            onClick={() => setZoom(Math.max(0.5, zoom - 0.15))}
          >
            −
          </button>
          <button type="button" className="top-tool" onClick={() => setZoom(1)}>
            {t('pdf.fit')}
          </button>
          <button
            type="button"
            className="top-tool icon"
            aria-label={t('pdf.zoom-in')}
            onClick={() => setZoom(Math.min(3, zoom + 0.15))}
          >
            +
          </button>
        </span>
        {tools}
      </div>
      <div className="desk" ref={desk} tabIndex={0} role="region" aria-label={t('pdf.region')}>
        {pdf.state === 'loading' ? <Skeleton label={t('pdf.loading')} lines={8} /> : null}
        {pdf.state === 'failed' ? (
          <div className="failure">
            <h2>{t('pdf.failed')}</h2>
            <p>{t('pdf.failed.text')}</p>
            <a className="button small" href={url} download>
              <Icon name="download" size={18} /> {t('doc.download')}
            </a>
          </div>
        ) : null}
        {pdf.state === 'open' && scale > 0
          ? pdf.pages.map((page, index) => (
              <LazyPage key={index} page={page} scale={scale} number={index + 1} onSeen={setCurrent} />
            ))
          : null}
      </div>
    </div>
  );
}

interface LazyPageProps {
  readonly page: PDFPageProxy;
  readonly scale: number;
  readonly number: number;
  readonly onSeen: (page: number) => void;
}

/** Drawn only when near the window, so that a document of 300 pages opens as fast as one of two. */
function LazyPage({ page, scale, number, onSeen }: LazyPageProps) {
  const { t } = useSpeech();
  const box = useRef<HTMLDivElement>(null);
  const [near, setNear] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const root = element.closest('.desk');
    const near = new IntersectionObserver(([entry]) => entry?.isIntersecting && setNear(true), { root, rootMargin: '800px' });
    const seen = new IntersectionObserver(([entry]) => entry?.isIntersecting && onSeen(number), { root, rootMargin: '-45% 0px' });
    near.observe(element);
    seen.observe(element);
    return () => {
      near.disconnect();
      seen.disconnect();
    };
  }, [number, onSeen]);
  const size = page.getViewport({ scale });
  return (
    <div ref={box} className="sheet" style={{ width: size.width, height: size.height }}>
      {near ? <PageCanvas page={page} scale={scale} withText label={t('pdf.page', { n: number })} /> : null}
    </div>
  );
}
