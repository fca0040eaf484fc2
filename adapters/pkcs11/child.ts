import { writeSync } from 'node:fs';
import { CKA, CKO, CKU_CONTEXT_SPECIFIC, CKU_USER, TOKEN_FLAG } from './constants.ts';
import { Cryptoki, CryptokiError } from './cryptoki.ts';
import { Pkcs11Fault } from './fault.ts';
import { findPrivateKey } from './key-search.ts';
import { chooseMechanism, ecdsaDer } from './mechanism.ts';
import type { ChildReply, ChildRequest, PinState, TokenView } from './messages.ts';

/**
 * The process a vendor's module may crash: loads it, does one request at a time, synchronously, and says each result on descriptor 3.
 * Started by `module-process.ts` with the module's path; ends when its stdin does.
 */
const modulePath = process.argv[2] ?? '';
let cryptoki: Cryptoki | undefined;

async function opened(): Promise<Cryptoki> {
  if (cryptoki !== undefined) return cryptoki;
  try {
    const { default: koffi } = await import('koffi');
    const made = new Cryptoki(koffi, modulePath);
    made.initialize();
    cryptoki = made;
    return made;
  } catch (cause) {
    throw new Pkcs11Fault('pkcs11.module-not-loaded', cause instanceof Error ? cause.message : String(cause));
  }
}

function reply(message: ChildReply): void {
  const bytes = Buffer.from(`${JSON.stringify(message)}\n`);
  for (let done = 0; done < bytes.length;) done += writeSync(3, bytes, done);
}

function pinState(flags: number): PinState {
  return {
    countLow: (flags & TOKEN_FLAG.userPinCountLow) !== 0,
    finalTry: (flags & TOKEN_FLAG.userPinFinalTry) !== 0,
    locked: (flags & TOKEN_FLAG.userPinLocked) !== 0,
  };
}

function tokens(module: Cryptoki): TokenView[] {
  const views: TokenView[] = [];
  for (const slot of module.slots()) {
    try {
      const info = module.tokenInfo(slot);
      if ((info.flags & TOKEN_FLAG.tokenInitialized) === 0) continue;
      const { flags, ...names } = info;
      views.push({
        slot,
        ...names,
        pin: pinState(flags),
        loginRequired: (flags & TOKEN_FLAG.loginRequired) !== 0,
        protectedAuthenticationPath: (flags & TOKEN_FLAG.protectedAuthenticationPath) !== 0,
        certificates: certificatesOf(module, slot),
      });
    } catch (error) {
      // One reader that is being unplugged must not hide the others.
      if (!(error instanceof CryptokiError)) throw error;
    }
  }
  return views;
}

function certificatesOf(module: Cryptoki, slot: number): TokenView['certificates'] {
  const session = module.openSession(slot);
  try {
    return module.find(session, [[CKA.class, CKO.certificate]]).flatMap((object) => {
      const value = module.attribute(session, object, CKA.value);
      if (value === undefined || value.length === 0) return [];
      return [
        {
          certificate: value.toString('base64'),
          label: module.attribute(session, object, CKA.label)?.toString('utf8') ?? '',
          ckaId: module.attribute(session, object, CKA.id)?.toString('hex') ?? '',
        },
      ];
    });
  } finally {
    module.closeSession(session);
  }
}

/** login → sign → logout → close; a batch is one login, and nothing stays open behind it. */
function sign(module: Cryptoki, request: Extract<ChildRequest, { op: 'sign' }>, pin: Buffer): string[] {
  const info = module.tokenInfo(request.slot);
  if (info.serialNumber !== request.serialNumber) {
    throw new Pkcs11Fault('pkcs11.no-token', 'another token is in the slot now; no PIN was tried on it');
  }
  const state = pinState(info.flags);
  if (state.locked) throw new Pkcs11Fault('pkcs11.pin-locked', 'the PIN is locked');
  if (state.finalTry && !request.allowFinalTry) {
    throw new Pkcs11Fault('pkcs11.pin-final-try', 'one more wrong PIN would lock the token; it was not tried');
  }
  const ownKeypad = (info.flags & TOKEN_FLAG.protectedAuthenticationPath) !== 0;
  const needsLogin = (info.flags & TOKEN_FLAG.loginRequired) !== 0;
  if (needsLogin && !ownKeypad && pin.length === 0) throw new Pkcs11Fault('pkcs11.pin-missing', 'the token wants a PIN');
  const chosen = chooseMechanism(
    request.algorithm,
    (mechanism) => module.mechanismFlags(request.slot, mechanism),
    (...values) => module.ulongs(...values),
  );
  const session = module.openSession(request.slot);
  let loggedIn = false;
  try {
    if (needsLogin) {
      module.login(session, CKU_USER, ownKeypad ? null : pin);
      loggedIn = true;
    }
    const key = findPrivateKey(module, session, Buffer.from(request.certificate, 'base64'));
    if (key === undefined) throw new Pkcs11Fault('pkcs11.no-key', 'the token has no private key for this certificate');
    const everyTime = module.attribute(session, key, CKA.alwaysAuthenticate)?.[0] === 1;
    return request.data.map((data, n) => {
      module.signInit(session, chosen.mechanism, key);
      if (everyTime) module.login(session, CKU_CONTEXT_SPECIFIC, ownKeypad ? null : pin);
      // Said before the first use: whatever happens afterwards, the parent must not claim that the key was not used.
      if (n === 0) reply({ id: request.id, stage: 'key-use' });
      const value = module.sign(session, chosen.input(Buffer.from(data, 'base64')));
      return Buffer.from(request.algorithm.scheme === 'ecdsa' ? ecdsaDer(value) : value).toString('base64');
    });
  } finally {
    quietly(() => loggedIn && module.logout(session));
    quietly(() => module.closeSession(session));
  }
}

/** A token pulled out while signing must not hide the first error behind a failing logout. */
function quietly(work: () => unknown): void {
  try {
    work();
  } catch {
    // the session went with the token
  }
}

const CODES: Readonly<Record<number, string>> = {
  0xa0: 'pkcs11.pin-incorrect',
  0xa1: 'pkcs11.pin-incorrect',
  0xa2: 'pkcs11.pin-incorrect',
  0xa4: 'pkcs11.pin-locked',
  0x1: 'pkcs11.cancelled',
  0x50: 'pkcs11.cancelled',
  0x3: 'pkcs11.token-removed',
  0x32: 'pkcs11.token-removed',
  0xe0: 'pkcs11.token-removed',
  0xe1: 'pkcs11.token-removed',
  0xb0: 'pkcs11.token-removed',
  0xb3: 'pkcs11.token-removed',
  0x70: 'pkcs11.mechanism-missing',
};

async function serve(request: ChildRequest, pin: Buffer): Promise<void> {
  try {
    const module = await opened();
    if (request.op === 'tokens') reply({ id: request.id, tokens: tokens(module) });
    else reply({ id: request.id, values: sign(module, request, pin) });
  } catch (error) {
    const code = error instanceof Pkcs11Fault ? error.code : error instanceof CryptokiError ? CODES[error.value] : undefined;
    const message = error instanceof Error ? error.message : String(error);
    const pinNow = request.op === 'sign' ? pinStateOf(request.slot) : undefined;
    reply({
      id: request.id,
      error: { code: code ?? 'pkcs11.device-error', message, ...(pinNow === undefined ? {} : { pin: pinNow }) },
    });
  } finally {
    pin.fill(0);
  }
}

function pinStateOf(slot: number): PinState | undefined {
  try {
    return cryptoki === undefined ? undefined : pinState(cryptoki.tokenInfo(slot).flags);
  } catch {
    return undefined;
  }
}

let waiting = Buffer.alloc(0);
for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
  const joined = Buffer.concat([waiting, chunk]);
  chunk.fill(0);
  waiting.fill(0);
  waiting = joined;
  for (;;) {
    const end = waiting.indexOf(0x0a);
    if (end < 0) break;
    const request = JSON.parse(waiting.toString('utf8', 0, end)) as ChildRequest;
    const secret = request.op === 'sign' ? request.secretBytes : 0;
    if (waiting.length < end + 1 + secret) break;
    const pin = Buffer.alloc(secret);
    waiting.copy(pin, 0, end + 1, end + 1 + secret);
    waiting.fill(0, end + 1, end + 1 + secret);
    waiting = waiting.subarray(end + 1 + secret);
    await serve(request, pin);
  }
}
cryptoki?.finalize();
