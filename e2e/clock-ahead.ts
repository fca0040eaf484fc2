/**
 * Preloaded into an installation (`NODE_OPTIONS=--import`): its days have come already. The product has no such setting, so
 * that nobody dates a signature with it.
 */
const ahead = Number(process.env['E2E_DAYS_AHEAD'] ?? 0) * 86_400_000;
const real = Date;
const now = (): number => real.now() + ahead;

globalThis.Date = new Proxy(real, {
  construct: (target, given, made) => Reflect.construct(target, given.length === 0 ? [now()] : given, made) as object,
  get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
});
