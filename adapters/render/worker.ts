import { parentPort } from 'node:worker_threads';
import { difference } from './difference.ts';
import type { PixelBox } from './difference.ts';
import { loadEngine, outOfMemory } from './engine.ts';
import type { Drawn, OpenDocument } from './engine.ts';
import { RenderFault } from './fault.ts';
import { marked } from './marked.ts';
import type { PageDifference, Pictures, RenderJob, RenderReply } from './messages.ts';
import { pngOf } from './png.ts';

/** One job, then the thread ends with everything a hostile file may have left in it. */
parentPort?.once('message', (job: RenderJob) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  const reply = (message: RenderReply): void => parentPort?.postMessage(message);
  run(job, reply).catch((error: unknown) => {
    if (outOfMemory()) reply({ fault: 'render.memory', message: 'the renderer needs more memory than it is given' });
    else if (error instanceof RenderFault) reply({ fault: error.code, message: error.message });
    else reply({ fault: 'render.failed', message: String(error) });
  });
});

async function run(job: RenderJob, reply: (message: RenderReply) => void): Promise<void> {
  const engine = await loadEngine(job.file, job.limits.megabytes);
  const [before, after] = job.ends.map((end) => engine.open(end, job.password)) as [OpenDocument, OpenDocument | undefined];
  const scale = (width: number, height: number): number =>
    Math.min(job.dotsPerPoint, Math.sqrt(job.limits.pixels / Math.max(1, width * height)));
  const there = Math.max(before.pages, after?.pages ?? 0);
  const asked = job.pages ?? Array.from({ length: there }, (_, i) => i + 1);
  reply({ asked: asked.length });
  for (const page of asked.slice(0, job.limits.pages)) {
    if (page < 1 || page > there) throw new RenderFault('render.no-such-page', `there is no page ${page} of ${there}`);
    const x = page <= before.pages ? before.draw(page, scale) : undefined;
    const y = after !== undefined && page <= after.pages ? after.draw(page, scale) : undefined;
    // PDFium leaves out what it has no memory for: two pages with the same hole would look alike.
    if (outOfMemory()) throw new RenderFault('render.memory', `page ${page} needs more memory than the renderer is given`);
    if (after !== undefined && (x !== undefined || y !== undefined)) reply({ page: compared(page, x, y, job.pictures) });
    if (after === undefined && x !== undefined) reply({ picture: pngOf(x.pixels, x.width, x.height) });
  }
  reply({ done: true });
}

function compared(page: number, before: Drawn | undefined, after: Drawn | undefined, pictures: boolean): PageDifference {
  const shown = (after ?? before) as Drawn;
  const { width, height } = shown;
  const all: readonly PixelBox[] = [[0, 0, width, height]];
  const sameSize = before?.width === after?.width && before?.height === after?.height;
  const found =
    before === undefined || after === undefined || !sameSize
      ? { boxes: all, pixels: width * height }
      : difference(before.pixels, after.pixels, width, height);
  const changed = found.boxes.length > 0;
  const png = (drawn: Drawn): Uint8Array => pngOf(drawn.pixels, drawn.width, drawn.height);
  const made: Pictures | undefined =
    changed && pictures
      ? {
          ...(before === undefined ? {} : { before: png(before) }),
          ...(after === undefined ? {} : { after: png(after) }),
          marked: pngOf(marked(shown.pixels, width, height, found.boxes), width, height),
        }
      : undefined;
  return {
    page,
    changed,
    boxes: found.boxes.map((box) => shown.toPage(...box)),
    share: found.pixels / (width * height),
    ...(before === undefined ? { only: 'after' } : after === undefined ? { only: 'before' } : {}),
    ...(made === undefined ? {} : { pictures: made }),
  };
}
