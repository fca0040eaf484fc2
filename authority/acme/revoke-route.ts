import type { Hono } from 'hono';
import { equalBytes } from '@antin/formats/bytes/bytes';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { accountOfCertificate } from '../enrolment/store.ts';
import { fingerprint } from '../issuance/issue.ts';
import { AcmeRefusal, type AcmeDoors } from './doors.ts';
import { spkiOfJwk } from './keys.ts';
import { RevokeWish } from './messages.ts';
import type { Asking } from './request.ts';

const KEY_COMPROMISE = 1;
/** Reasons that a machine may give; the others are the officers', each for its legal cause. */
const GIVEN = new Set([undefined, 0, KEY_COMPROMISE, 3, 4, 5]);

/**
 * Revocation (RFC 8555 §7.6), by the account that fetched a certificate or by the certificate's own key: who has that key may
 * always end it, and whoever stole it can do no more than that. Only certificates that machines fetched; people's and
 * organisations' are revoked on a form.
 */
export function revokeRoute(app: Hono, doors: AcmeDoors, { answer, problem, signed }: Asking): void {
  app.post(`${new URL(doors.base).pathname}/revoke-cert`, (c) =>
    problem(c, async () => {
      const request = await signed(c);
      const wish = RevokeWish.parse(request.payload);
      const certificate = parseCertificate(Buffer.from(wish.certificate, 'base64url'));
      const issuer = await doors.issuerOf(certificate);
      const owner =
        issuer === undefined
          ? undefined
          : await accountOfCertificate(doors.db, { issuerSha256: fingerprint(issuer), certificate });
      const may =
        'account' in request ? owner === request.account.enrolmentId : equalBytes(spkiOfJwk(request.jwk), certificate.spki);
      if (issuer === undefined || owner === undefined || !may)
        throw new AcmeRefusal('unauthorized', 'this certificate is not of this account or key', 403);
      if ('spend' in request) await request.spend();
      if (!GIVEN.has(wish.reason))
        throw new AcmeRefusal('badRevocationReason', 'a machine gives no reason, or 0, 1, 3, 4, 5', 400);
      const done = await doors.revoke(fingerprint(issuer), certificate.serialHex, wish.reason === KEY_COMPROMISE);
      if (done.status === 'refused') {
        const already = done.code === 'revocation.already-revoked';
        throw new AcmeRefusal(already ? 'alreadyRevoked' : 'malformed', done.code, 400);
      }
      return answer(c, null, 200);
    }),
  );
}
