import { useEffect, useState } from 'react';
import { Button } from '../../ui/Button.tsx';
import { useSpeech } from '../speech.ts';

/** Puts a text on the clipboard and says so for a moment. */
export function Copy({ text, what }: { readonly text: string; readonly what: string }) {
  const { t } = useSpeech();
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), 2000);
    return () => clearTimeout(timer);
  }, [done]);
  return (
    <Button
      small
      kind="quiet"
      {...(done ? { icon: 'check' as const } : {})}
      aria-label={`${t(done ? 'cert.copied' : 'cert.copy')}: ${what}`}
      onClick={() => void navigator.clipboard.writeText(text).then(() => setDone(true))}
    >
      {t(done ? 'cert.copied' : 'cert.copy')}
    </Button>
  );
}
