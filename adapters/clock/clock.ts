/** The present instant. An argument everywhere, so that tests turn it by hand. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();

/** A clock that moves only when told to. */
export function handClock(start: Date | string): Clock & { set(to: Date | string): void; advance(ms: number): void } {
  let now = new Date(start).getTime();
  return Object.assign(() => new Date(now), {
    set: (to: Date | string) => void (now = new Date(to).getTime()),
    advance: (ms: number) => void (now += ms),
  });
}
