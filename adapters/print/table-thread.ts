import { Worker } from 'node:worker_threads';
import { tablesPdf, type PrintedTable } from './table.ts';

/** What a thread is asked to print. */
export interface PrintOrder {
  readonly tables: readonly PrintedTable[];
  readonly title: string;
}

/** Setting so many lines takes less time than starting a thread. */
const HERE = 300;

/** Tables on paper. Five thousand lines take seconds to set: in a thread, while the desks go on. */
export async function printed(order: PrintOrder): Promise<Uint8Array> {
  const lines = order.tables.reduce((sum, table) => sum + table.rows.length, 0);
  if (lines <= HERE) return tablesPdf(order.tables, order.title);
  const worker = new Worker(new URL('./table-worker.ts', import.meta.url), { workerData: order });
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`the printing thread ended with ${code}`)));
    });
  } finally {
    await worker.terminate();
  }
}
