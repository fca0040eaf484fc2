import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { publicRoutes } from '@antin/protocol/public/verification';
import { trustOf } from '@antin/testkit/judging/every-format';
import { testPki } from '@antin/testkit/pki/test-pki';
import { trustFrom } from '@antin/web/verifier/trust';
import { askHere, judgeWith } from '../verification/judge.ts';
import { publicApp } from './routes.ts';

it('the trust list reaches the browser with everything that decides a verdict', async () => {
  const pki = testPki();
  const plain = trustOf(pki);
  const [root] = plain.anchors;
  const dated = { ...root!, notBefore: Date.UTC(2025, 0, 1), notAfter: Date.UTC(2026, 5, 1, 12, 30), sha1OnCaCertificates: true };
  const stamps = { ...root!, purposes: ['time-stamp'] as const };
  const app = new Hono();
  app.route(
    '/',
    publicApp({
      clock: () => new Date(pki.now),
      judge: judgeWith(plain, askHere),
      trust: { ...plain, anchors: [root!, dated, stamps] },
    }),
  );
  const list = publicRoutes.trust.answer.parse(await (await app.request(publicRoutes.trust.path)).json());
  const { anchors, certificates } = trustFrom(list);
  const comparable = (all: typeof anchors) => all.map(({ certificate, ...rest }) => ({ ...rest, certificate: certificate.raw }));
  expect(comparable(anchors)).toEqual(comparable([root!, dated, stamps]));
  expect(certificates).toEqual(plain.certificates);
});
