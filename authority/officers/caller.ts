import type { OfficerRole } from '@antin/protocol/authority/session';

/** The officer behind a request, with the roles of today. */
export interface Officer {
  readonly id: string;
  readonly fullName: string;
  readonly signInName: string;
  readonly roles: readonly OfficerRole[];
  readonly mustChangePassword: boolean;
  readonly certificate: Uint8Array | undefined;
  readonly certificateSha256: string | undefined;
}

/** Hono environment of routes behind `requireOfficer`. */
export interface OfficerEnv {
  Variables: { officer: Officer; sessionHash: string };
}
