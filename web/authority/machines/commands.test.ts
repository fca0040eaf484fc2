import { describe, expect, it } from 'vitest';
import { commandsFor } from './commands.ts';

const opened = (hostNames: readonly string[]) => ({
  account: { kid: 'm-AbCdEf', hostNames },
  secret: 'c2VjcmV0',
  est: 'https://ca.example/.well-known/est',
  acme: 'https://ca.example/authority/acme/directory',
});

describe('what an administrator types at the machine', () => {
  it('names account, secret, address and every approved host, so that nothing is typed by hand', () => {
    const commands = new Map(commandsFor(opened(['a.vidu.gov.vn', 'b.vidu.gov.vn'])));
    for (const text of commands.values()) {
      expect(text).toContain('m-AbCdEf');
      expect(text).toContain('c2VjcmV0');
      expect(text).toContain('a.vidu.gov.vn');
      expect(text).toContain('b.vidu.gov.vn');
    }
    expect(commands.get('certbot')).toContain('--server https://ca.example/authority/acme/directory');
    expect(commands.get('curl')).toContain('https://ca.example/.well-known/est/simpleenroll');
  });

  it('goes on over lines as a shell reads them', () => {
    for (const [, text] of commandsFor(opened(['a.vidu.gov.vn']))) {
      for (const line of text.split('\n').slice(0, -1)) expect(/\\$|\.p10$/.test(line), line).toBe(true);
    }
  });
});
