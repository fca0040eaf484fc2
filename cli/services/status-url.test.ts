import { expect, test } from 'vitest';
import { statusUrlOf } from './status-url.ts';

test('certificates name the public address: in production by plain HTTP, and what is set wins', () => {
  const practice = { statusUrl: undefined, profile: 'practice' } as const;
  expect(statusUrlOf(practice, 'http://127.0.0.1:8080')).toBe('http://127.0.0.1:8080');
  const production = { statusUrl: undefined, profile: 'production' } as const;
  expect(statusUrlOf(production, 'https://ca.tinh.gov.vn:8443')).toBe('http://ca.tinh.gov.vn');
  expect(statusUrlOf({ ...production, statusUrl: 'http://crl.tinh.gov.vn' }, 'https://pki')).toBe('http://crl.tinh.gov.vn');
});

test('a host that no certificate may name is said before any key is made, with one that works', () => {
  const practice = { statusUrl: undefined, profile: 'practice' } as const;
  expect(() => statusUrlOf(practice, 'http://localhost:8123')).toThrow(/localhost:8123.*http:\/\/127\.0\.0\.1:8123$/);
  const production = { statusUrl: undefined, profile: 'production' } as const;
  expect(() => statusUrlOf(production, 'https://pki')).toThrow(expect.objectContaining({ code: 'config.invalid' }));
});
