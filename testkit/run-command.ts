import { Readable, Writable } from 'node:stream';

/** Runs a command of the command line in this process and keeps what it writes. */
export async function runCommand(
  run: (argv: string[], io: never) => Promise<number>,
  argv: readonly string[],
  stdin = '',
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const [stdout, stderr] = [sink(), sink()];
  const io = { stdin: Readable.from([stdin]), stdout, stderr, env: {} };
  const code = await run([...argv], io as never);
  return { code, out: stdout.text, err: stderr.text };
}

function sink(): Writable & { text: string } {
  const stream = Object.assign(
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        stream.text += chunk.toString('utf8');
        done();
      },
    }),
    { text: '' },
  );
  return stream;
}
