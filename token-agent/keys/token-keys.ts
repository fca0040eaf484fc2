import { createHash } from 'node:crypto';
import { algorithmOfKey } from '@antin/adapters/p12/key-algorithm';
import { Pkcs11Fault } from '@antin/adapters/pkcs11/fault';
import { checkValues } from '@antin/adapters/pkcs11/key';
import type { TokenView } from '@antin/adapters/pkcs11/messages';
import { ModuleProcess } from '@antin/adapters/pkcs11/module-process';
import { parseCertificate, type Certificate } from '@antin/pki/x509/certificate';
import type { HeldCertificate, KeyHolder } from './holder.ts';

interface Found {
  readonly module: ModuleProcess;
  readonly token: TokenView;
  readonly certificate: Certificate;
  readonly held: HeldCertificate;
}

/** Certificates on all tokens of the given modules, asked anew each time: tokens come and go. */
export function tokenKeys(modulePaths: readonly string[], report: (fault: unknown) => void): KeyHolder {
  const modules = modulePaths.map((module) => new ModuleProcess({ module }));

  async function look(): Promise<Found[]> {
    const found: Found[] = [];
    for (const module of modules) {
      try {
        for (const token of await module.tokens()) found.push(...signingCertificates(module, token));
      } catch (fault) {
        report(fault); // one vendor's broken module must not hide the other's tokens
      }
    }
    return found;
  }
  const one = async (id: string) => (await look()).find((entry) => entry.held.id === id);

  return {
    kind: 'token',
    certificates: async () => (await look()).map((entry) => entry.held),
    async condition(id) {
      const token = (await one(id))?.token;
      if (token === undefined) return { pin: 'screen', blocked: 'absent', pinCountLow: false };
      const pin = !token.loginRequired ? 'none' : token.protectedAuthenticationPath ? 'keypad' : 'screen';
      const { countLow, finalTry, locked } = token.pin;
      const blocked = locked ? 'pin-locked' : finalTry ? 'pin-final-try' : undefined;
      return { pin, pinCountLow: countLow, ...(blocked === undefined ? {} : { blocked }) };
    },
    async sign(id, data, pin) {
      try {
        const found = await one(id);
        if (found === undefined) throw new Pkcs11Fault('pkcs11.no-token', 'the token is not plugged in');
        const { slot, serialNumber } = found.token;
        const { algorithm, certificate } = found.held;
        const values = await found.module.sign({ slot, serialNumber, certificate, algorithm, data, pin });
        checkValues(found.certificate, algorithm, data, values);
        return values;
      } finally {
        pin.fill(0);
      }
    },
    async close() {
      await Promise.all(modules.map((module) => module.close()));
    },
  };
}

function signingCertificates(module: ModuleProcess, token: TokenView): Found[] {
  return token.certificates.flatMap((entry) => {
    const der = new Uint8Array(Buffer.from(entry.certificate, 'base64'));
    let certificate: Certificate;
    try {
      certificate = parseCertificate(der);
    } catch {
      return []; // whatever it is, nobody signs with it
    }
    const algorithm = algorithmOfKey(certificate);
    if (algorithm === undefined || certificate.basicConstraints?.ca === true) return [];
    const id = createHash('sha256').update(der).digest('hex');
    return [{ module, token, certificate, held: { id, certificate: der, algorithm, place: token.label } }];
  });
}
