/** Exit codes of every command (the upper ones are those of sysexits.h). */
export const exit = {
  ok: 0,
  valid: 0,
  invalid: 1,
  indeterminate: 2,
  unsigned: 3,
  /** Of a batch, some items were done and some refused. */
  partly: 4,
  /** Wrong arguments. */
  usage: 64,
  /** The input is of no format we know. */
  unsupportedInput: 65,
  /** Port taken, database away, already running: nothing is wrong with what was asked. */
  unavailable: 69,
  /** Our own fault. */
  fault: 70,
  /** Somebody pressed Ctrl-C at a question of ours: 128 + SIGINT, as shells say it. */
  interrupted: 130,
} as const;
