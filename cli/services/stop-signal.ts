/**
 * Resolves with a reason when somebody wants us to end: Ctrl-C, `kill`, a closed terminal, the launcher's death.
 *
 * One Ctrl-C may arrive twice (from the terminal and through npm or the launcher): signals within a second are one.
 * A later one ends at once, for the case that stopping hangs.
 */
export function stopSignal(): { readonly asked: Promise<string>; forget(): void } {
  let first: number | undefined;
  const { promise, resolve } = Promise.withResolvers<string>();
  const hear = (signal: string) => {
    const now = performance.now();
    if (first !== undefined && now - first > 1000) process.exit(130);
    first ??= now;
    resolve(signal);
  };
  const left = () => hear('the launcher ended');
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, hear);
  process.on('disconnect', left);
  return {
    asked: promise,
    forget() {
      for (const signal of signals) process.off(signal, hear);
      process.off('disconnect', left);
    },
  };
}
