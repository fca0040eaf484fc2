/** What a command may touch; tests hand in their own. */
export interface Io {
  readonly stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream & { isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream;
  readonly env: NodeJS.ProcessEnv;
}

/** A command reads its own arguments and answers with an exit code of `exit.ts`. */
export type Command = (argv: string[], io: Io) => Promise<number>;
