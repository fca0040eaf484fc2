import { expect, it } from 'vitest';
import { requireSafeServer } from './pair.ts';

it('pairs over https, and over http only with this machine or when told so', () => {
  for (const url of ['https://van-phong.example', 'http://127.0.0.1:8080', 'http://localhost:8080', 'http://[::1]:8080']) {
    requireSafeServer(url, false);
  }
  for (const url of [
    'http://van-phong.example',
    'http://127.0.0.1.evil.example',
    'http://localhost.evil.example',
    'ftp://127.0.0.1',
  ]) {
    expect(() => requireSafeServer(url, false)).toThrow(expect.objectContaining({ code: 'agent.insecure-server' }));
  }
  requireSafeServer('http://van-phong.example', true);
});
