/** An officer of the issuer at the API, for what a test of something else needs done; practice records unsigned acts. */
export class Officer {
  private readonly url: string;
  private readonly cookie: string;
  private readonly id: string;

  private constructor(url: string, cookie: string, id: string) {
    this.url = url;
    this.cookie = cookie;
    this.id = id;
  }

  static async signIn(url: string, signInName: string, password: string): Promise<Officer> {
    const response = await fetch(`${url}/authority/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
      body: JSON.stringify({ signInName, password }),
    });
    if (!response.ok) throw new Error(`${signInName}: ${await response.text()}`);
    const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? '';
    return new Officer(url, cookie, ((await response.json()) as { officerId: string }).officerId);
  }

  async get<T>(path: string): Promise<T> {
    return this.call('GET', path);
  }

  async post<T = unknown>(path: string, body?: unknown): Promise<T> {
    return this.call('POST', path, body);
  }

  /** An act about a request as it is shown now. */
  async act(id: string, act: string, path: string): Promise<void> {
    await this.post(`/requests/${id}${path}`, { statement: await this.statement(id, act) });
  }

  async approve(id: string): Promise<void> {
    const approvals = [{ statement: await this.statement(id, 'approve') }];
    const { outcomes } = await this.post<{ outcomes: { status: string }[] }>('/requests/approvals', { approvals });
    if (outcomes[0]?.status !== 'approved') throw new Error(JSON.stringify(outcomes));
  }

  private async statement(requestItemId: string, act: string): Promise<object> {
    const { shownSha256 } = await this.get<{ shownSha256: string }>(`/requests/${requestItemId}`);
    const at = new Date().toISOString();
    return { type: 'antin.approval', requestItemId, shownSha256, act, officerId: this.id, at };
  }

  private async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.url}/authority/api${path}`, {
      method,
      headers: { cookie: this.cookie, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return (await response.json()) as T;
  }
}
