/**
 * Milliseconds of processor that this process has spent since `process.cpuUsage()` gave `before`. What is built to keep a
 * reader busy for ever is held against this: neighbours on the same computer can make an honest reader late, but not busy.
 */
export function processorSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
