import type { Installation } from './installation.ts';

/** Somebody's own program: signed in once, it calls the routes that the pages call. */
export class Api {
  private readonly origin: string;
  private readonly cookie: string;

  private constructor(origin: string, cookie: string) {
    this.origin = origin;
    this.cookie = cookie;
  }

  /** @param base '' for the office, `/authority` for the issuer's console */
  static async signIn(installation: Installation, signInName: string, base: '' | '/authority' = ''): Promise<Api> {
    const answer = await fetch(`${installation.url}${base}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ signInName, password: installation.password }),
    });
    if (!answer.ok) throw new Error(`${signInName}: ${await answer.text()}`);
    return new Api(installation.url, (answer.headers.get('set-cookie') ?? '').split(';')[0] as string);
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- answers of many routes, checked where they are used
  async call(method: string, path: string, body?: object): Promise<any> {
    const file = body instanceof Uint8Array;
    const answer = await fetch(this.origin + path, {
      method,
      // What a browser adds to a request of our own page.
      headers: {
        ...{ cookie: this.cookie, origin: this.origin, 'sec-fetch-site': 'same-origin' },
        ...(body === undefined ? {} : { 'content-type': file ? 'application/octet-stream' : 'application/json' }),
        ...(file ? { 'x-file-name': encodeURIComponent('giay-to.pdf') } : {}),
      },
      ...(body === undefined ? {} : { body: file ? Buffer.from(body) : JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
}
