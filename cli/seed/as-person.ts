import type { SeedDoors } from './doors.ts';

/** @returns the cookie */
export async function signIn(doors: SeedDoors, signInName: string): Promise<string> {
  const response = await doors.request('/api/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ signInName, password: doors.password }),
  });
  if (!response.ok) throw new Error(`${signInName} cannot sign in: ${await response.text()}`);
  return (response.headers.get('set-cookie') ?? '').split(';')[0] as string;
}

/** One call over the office's own routes. */
export async function call(
  doors: SeedDoors,
  cookie: string,
  method: string,
  path: string,
  body: string | Uint8Array,
  headers: Record<string, string>,
): Promise<unknown> {
  const response = await doors.request(path, { method, headers: { ...headers, cookie }, body: body as RequestInit['body'] & {} });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}
