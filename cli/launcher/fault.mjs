/** Something outside is missing; the message says what to do. Shown without a stack. */
export class LauncherFault extends Error {}
