import { HttpRefusal } from '@antin/adapters/http/fault';

/** Where a page ended, as the caller carries it: the sort values of its last row. Opaque, and checked when it comes back. */
export function cursorOf(values: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/**
 * @param shape `s` for a text, `n` for a whole number, `u` for a UUID, one for each value
 * @throws {HttpRefusal} `http.invalid-query`
 */
export function readCursor(cursor: string | undefined, shape: string): (string | number)[] | undefined {
  if (cursor === undefined) return undefined;
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(values) && values.length === shape.length && values.every((value, i) => fits(value, shape[i]!))) {
      return values as (string | number)[];
    }
  } catch {
    // Not ours: answered below like any other value that does not fit.
  }
  throw new HttpRefusal('http.invalid-query');
}

/** The page out of one row more than asked for: that row only says that there is a next page. */
export function pageFrom<T>(rows: readonly T[], size: number, key: (row: T) => readonly (string | number)[]) {
  const items = rows.slice(0, size);
  const last = items.at(-1);
  return rows.length > size && last !== undefined ? { items, next: cursorOf(key(last)) } : { items };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function fits(value: unknown, kind: string): boolean {
  if (kind === 'n') return Number.isSafeInteger(value);
  return typeof value === 'string' && value.length <= 400 && (kind !== 'u' || UUID.test(value));
}
