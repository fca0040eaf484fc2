import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { expect } from 'vitest';

const path = fileURLToPath(new URL('../../docs/judges.md', import.meta.url));
const writing = process.env['ANTIN_JUDGES_WRITE'] === '1';

/** The page without one part, and the part: it stands between two comments that name it. */
function parted(part: string): readonly [head: string, before: string, tail: string] {
  const [from, to] = [`<!-- ${part}: written by npm run judges -- --write -->`, `<!-- end of ${part} -->`];
  const document = readFileSync(path, 'utf8');
  const [at, end] = [document.indexOf(from), document.indexOf(to)];
  if (at < 0 || end < at) throw new Error(`docs/judges.md has no place for ${part}`);
  return [document.slice(0, at + from.length), document.slice(at + from.length, end), document.slice(end)];
}

/** Writes one part of `docs/judges.md` when asked to, and leaves it alone otherwise. */
export async function keep(part: string, text: string): Promise<void> {
  if (!writing) return;
  const [head, , tail] = parted(part);
  const config = await resolveConfig(path);
  writeFileSync(path, await format(`${head}\n\n${text}\n\n${tail}`, { ...config, filepath: path }));
}

/** The same, and compares when not asked to write: whoever changes an answer shows it to whoever reads the change. */
export async function keepOrCompare(part: string, text: string): Promise<void> {
  if (writing) return keep(part, text);
  const config = await resolveConfig(path);
  const [, before] = parted(part);
  expect(before.trim()).toBe((await format(text, { ...config, filepath: path })).trim());
}
