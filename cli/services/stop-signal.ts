/**
 * Resolves with a reason when somebody wants us to end: Ctrl-C, `kill`, a closed terminal, the death of the launcher or
 * of npm (which, when killed, tells its script nothing: it only gets another parent).
 *
 * One Ctrl-C may arrive twice (from the terminal and through npm or the launcher): signals within a second are one.
 * A later one ends at once, for the case that stopping hangs.
 */
export function stopSignal(env: NodeJS.ProcessEnv = process.env): { readonly asked: Promise<string>; forget(): void } {
  let first: number | undefined;
  const { promise, resolve } = Promise.withResolvers<string>();
  const hear = (signal: string) => {
    const now = performance.now();
    if (first !== undefined && now - first > 1000) process.exit(130);
    first ??= now;
    resolve(signal);
  };
  const left = () => resolve('the launcher ended');
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, hear);
  process.on('disconnect', left);
  const parent = process.ppid;
  const watch = env['npm_lifecycle_event'] === undefined ? undefined : setInterval(() => process.ppid === parent || left(), 500);
  watch?.unref();
  return {
    asked: promise,
    forget() {
      for (const signal of signals) process.off(signal, hear);
      process.off('disconnect', left);
      clearInterval(watch);
    },
  };
}
