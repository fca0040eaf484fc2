import { useLayoutEffect, useRef, type RefObject } from 'react';

/**
 * The panel of a step: when the step changes it comes into sight (on a phone it is below the page) and the focus with it.
 * In the very drawing that shows the step: a frame later the focus would be taken from whoever is already at its button,
 * and the key they press would be lost.
 */
export function useStepFocus(step: string): RefObject<HTMLDivElement | null> {
  const panel = useRef<HTMLDivElement>(null);
  const shown = useRef(step);
  useLayoutEffect(() => {
    if (shown.current === step) return;
    shown.current = step;
    panel.current?.focus({ preventScroll: true });
    panel.current?.scrollTo({ top: 0 });
    panel.current?.scrollIntoView({ block: 'nearest' });
  }, [step]);
  return panel;
}
