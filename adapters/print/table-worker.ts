import { parentPort, workerData } from 'node:worker_threads';
import { tablesPdf } from './table.ts';
import type { PrintOrder } from './table-thread.ts';

const { tables, title } = workerData as PrintOrder;
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
parentPort?.postMessage(tablesPdf(tables, title));
