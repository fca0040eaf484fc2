import { Worker } from 'node:worker_threads';
import type { ByteSource } from '@antin/formats/bytes/source';
import { RenderFault } from './fault.ts';
import { RENDER_LIMITS } from './messages.ts';
import type { PageDifference, RenderJob, RenderLimits, RenderReply } from './messages.ts';

export interface VisualOptions {
  /** 1-based; all pages when absent. */
  readonly pages?: readonly number[];
  /** Pixels a point: 2 is 144 dpi, where a full stop of the text is several pixels. */
  readonly dotsPerPoint?: number;
  /** PNG files of the pages that look otherwise. */
  readonly pictures?: boolean;
  readonly password?: string;
  readonly limits?: Partial<RenderLimits>;
}

export interface VisualDifference {
  readonly pages: readonly PageDifference[];
  /** Pages that the limits left unseen, or that could be drawn in neither revision: of them nothing is said. */
  readonly pagesLeft: number;
}

/**
 * Draws the pages of the signed revision and of the last one and says where they look otherwise: a help for people.
 *
 * It decides nothing. A renderer repairs what it reads and other viewers may draw otherwise, so equal pictures prove nothing;
 * what may have changed is judged object by object (`signature/validation/pdf`).
 *
 * @param signedRevisionEnd where the signed revision ends, in bytes (`revisions` of the report)
 * @throws {RenderFault} `render.too-large`, `render.timeout`, `render.memory`, `render.unreadable`, `render.password`,
 *   `render.no-such-page`, `render.failed`
 */
export async function visualDifference(
  source: ByteSource,
  signedRevisionEnd: number,
  options: VisualOptions = {},
): Promise<VisualDifference> {
  const replies = await run(source, [signedRevisionEnd, source.size], options);
  const pages = replies.flatMap((one) => ('page' in one ? [one.page] : []));
  const asked = replies.reduce((sum, one) => ('asked' in one ? one.asked : sum), 0);
  return { pages, pagesLeft: asked - pages.length };
}

/**
 * One page of the file as it was when it ended at `revisionEnd`, as a PNG.
 *
 * @throws {RenderFault} as `visualDifference`
 */
export async function renderPage(
  source: ByteSource,
  page: number,
  revisionEnd: number = source.size,
  options: Omit<VisualOptions, 'pages' | 'pictures'> = {},
): Promise<Uint8Array> {
  const replies = await run(source, [revisionEnd], { ...options, pages: [page] });
  for (const one of replies) if ('picture' in one) return one.picture;
  throw new RenderFault('render.unreadable', `page ${page} cannot be drawn`);
}

/** One thread a job: it is killed when its time is over, whatever the file makes it do. */
async function run(source: ByteSource, ends: readonly number[], options: VisualOptions): Promise<RenderReply[]> {
  const limits: RenderLimits = { ...RENDER_LIMITS, ...options.limits };
  if (source.size > limits.bytes) {
    throw new RenderFault('render.too-large', `files of more than ${limits.bytes} bytes are not drawn (found ${source.size})`);
  }
  for (const end of ends) {
    if (!Number.isSafeInteger(end) || end < 1 || end > source.size) {
      throw new RenderFault('render.unreadable', `no revision can end at byte ${end} of ${source.size}`);
    }
  }
  const job: RenderJob = {
    file: Uint8Array.from(source.read(0, Math.max(...ends))),
    ends,
    pages: options.pages,
    dotsPerPoint: options.dotsPerPoint ?? 2,
    pictures: options.pictures ?? false,
    password: options.password,
    limits,
  };
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    execArgv: [],
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 32 },
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<RenderReply[]>((resolve, reject) => {
      const replies: RenderReply[] = [];
      timer = setTimeout(() => {
        // What was drawn until then is of use; the rest is told as left.
        if (replies.some((one) => 'page' in one)) resolve(replies);
        reject(new RenderFault('render.timeout', `drawing took more than ${limits.milliseconds} ms and was stopped`));
      }, limits.milliseconds);
      worker.on('message', (reply: RenderReply) => {
        replies.push(reply);
        if ('fault' in reply) reject(new RenderFault(reply.fault, reply.message));
        else if ('done' in reply) resolve(replies);
      });
      worker.on('error', (cause) => reject(new RenderFault('render.failed', 'the renderer ended', { cause })));
      worker.on('exit', () => reject(new RenderFault('render.failed', 'the renderer ended before it answered')));
      worker.postMessage(job, [job.file.buffer as ArrayBuffer]);
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
