import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import type { PlaceOnPage } from '@antin/protocol/office/documents';
import { useSpeech } from '../../staff/language.tsx';
import { PageCanvas } from './PageCanvas.tsx';
import type { PDFPageProxy } from './open.ts';

export interface PlaceBox {
  readonly id: string;
  readonly name: string;
  readonly place: PlaceOnPage;
  /** What will be drawn there; `scale` is CSS pixels per point. */
  readonly preview: (scale: number) => ReactNode;
  readonly className: string;
}

export interface PlaceEditorProps {
  readonly pages: readonly PDFPageProxy[];
  readonly pageNumber: number;
  readonly onPage: (page: number) => void;
  readonly boxes: readonly PlaceBox[];
  readonly chosen: string;
  readonly onChoose: (id: string) => void;
  readonly onMove: (id: string, place: PlaceOnPage) => void;
  /** A click on the empty page moves the chosen box there. */
  readonly clickToPlace?: boolean;
}

const tenth = (value: number): number => Math.round(value * 10) / 10;

/** Keeps a rectangle on its page. */
export function onPage(rect: PlaceOnPage['rect'], width: number, height: number): PlaceOnPage['rect'] {
  const w = Math.min(rect[2], width);
  const h = Math.min(rect[3], height);
  return [
    tenth(Math.min(Math.max(0, rect[0]), width - w)),
    tenth(Math.min(Math.max(0, rect[1]), height - h)),
    tenth(w),
    tenth(h),
  ];
}

/** People measure paper in millimetres (Decree 30/2020); a PDF in points. */
export const POINTS_PER_MM = 72 / 25.4;

/** A page with boxes that are dragged, or moved with the arrow keys. */
export function PlaceEditor({
  pages,
  pageNumber,
  onPage: showPage,
  boxes,
  chosen,
  onChoose,
  onMove,
  clickToPlace,
}: PlaceEditorProps) {
  const { t } = useSpeech();
  const desk = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(0);
  useLayoutEffect(() => {
    const box = desk.current;
    if (box === null) return;
    const watch = new ResizeObserver(() => setRoom(box.clientWidth));
    watch.observe(box);
    setRoom(box.clientWidth);
    return () => watch.disconnect();
  }, []);
  const page = pages[pageNumber - 1];
  const natural = page?.getViewport({ scale: 1 });
  const scale = natural === undefined || room === 0 ? 0 : Math.min(room - (room < 500 ? 16 : 40), 860) / natural.width;
  return (
    <div className="place-editor">
      {pages.length > 1 ? (
        <div className="page-strip" role="group" aria-label={t('place.page')}>
          {pages.map((_, index) => (
            <button
              key={index}
              type="button"
              className="page-chip num"
              aria-pressed={pageNumber === index + 1}
              aria-label={t('pdf.page', { n: index + 1 })}
              onClick={() => showPage(index + 1)}
            >
              {index + 1}
            </button>
          ))}
        </div>
      ) : null}
      <div className="desk" ref={desk} role="group" aria-label={t('pdf.region')} tabIndex={0}>
        {page === undefined || natural === undefined || scale === 0 ? null : (
          <div
            className={clickToPlace ? 'sheet placing' : 'sheet'}
            style={{ width: natural.width * scale, height: natural.height * scale }}
            onClick={(event) => {
              const box = boxes.find((other) => other.id === chosen);
              if (!clickToPlace || box === undefined || (event.target as HTMLElement).closest('.place-box') !== null) return;
              const edge = event.currentTarget.getBoundingClientRect();
              const [, , w, h] = box.place.rect;
              const x = (event.clientX - edge.left) / scale - w / 2;
              const y = natural.height - (event.clientY - edge.top) / scale - h / 2;
              onMove(box.id, { page: pageNumber, rect: onPage([x, y, w, h], natural.width, natural.height) });
            }}
          >
            <PageCanvas page={page} scale={scale} label={t('pdf.page', { n: pageNumber })} />
            {boxes
              .filter((box) => box.place.page === pageNumber)
              .map((box) => (
                <Box
                  key={box.id}
                  box={box}
                  scale={scale}
                  width={natural.width}
                  height={natural.height}
                  chosen={box.id === chosen}
                  onChoose={() => onChoose(box.id)}
                  onMove={(rect) => onMove(box.id, { page: pageNumber, rect })}
                />
              ))}
          </div>
        )}
      </div>
    </div>
  );
}

interface BoxProps {
  readonly box: PlaceBox;
  readonly scale: number;
  readonly width: number;
  readonly height: number;
  readonly chosen: boolean;
  readonly onChoose: () => void;
  readonly onMove: (rect: PlaceOnPage['rect']) => void;
}

function Box({ box, scale, width, height, chosen, onChoose, onMove }: BoxProps) {
  const { t } = useSpeech();
  const grip = useRef<{ x: number; y: number; rect: PlaceOnPage['rect'] } | undefined>(undefined);
  const [x, y, w, h] = box.place.rect;
  const self = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!chosen || self.current === null) return;
    const desk = self.current.closest('.desk');
    if (desk === null) return;
    const box = self.current.getBoundingClientRect();
    const frame = desk.getBoundingClientRect();
    // Only the desk moves, never the page around it.
    if (box.top < frame.top + 40 || box.bottom > frame.bottom - 20) desk.scrollTop += box.top - frame.top - frame.height / 2;
  }, [chosen, box.place.page]);

  const move = (event: PointerEvent): void => {
    const held = grip.current;
    if (held === undefined) return;
    const dx = (event.clientX - held.x) / scale;
    const dy = (event.clientY - held.y) / scale;
    onMove(onPage([held.rect[0] + dx, held.rect[1] - dy, held.rect[2], held.rect[3]], width, height));
  };
  const keys = (event: KeyboardEvent): void => {
    const step = (event.shiftKey ? 10 : 1) * POINTS_PER_MM;
    const moves: Record<string, readonly [number, number]> = {
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, step],
      ArrowDown: [0, -step],
    };
    const by = moves[event.key];
    if (by === undefined) return;
    event.preventDefault();
    onMove(onPage([x + by[0], y + by[1], w, h], width, height));
  };
  return (
    <div
      ref={self}
      className={`place-box ${box.className}${chosen ? ' chosen' : ''}`}
      role="group"
      tabIndex={0}
      aria-label={`${t('place.box', { name: box.name, page: box.place.page })}. ${t('place.keys')}`}
      style={{ left: x * scale, top: (height - y - h) * scale, width: w * scale, height: h * scale }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        grip.current = { x: event.clientX, y: event.clientY, rect: box.place.rect };
        onChoose();
      }}
      onPointerMove={move}
      onPointerUp={() => (grip.current = undefined)}
      onPointerCancel={() => (grip.current = undefined)}
      onFocus={onChoose}
      onKeyDown={keys}
    >
      <span className="box-name" aria-hidden="true">
        {box.name}
      </span>
      {box.preview(scale)}
    </div>
  );
}
