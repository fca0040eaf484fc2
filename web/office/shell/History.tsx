import type { z } from 'zod';
import type { HistoryEntry } from '@antin/protocol/office/documents';
import { instantText } from '../../i18n/dates.ts';
import { useSpeech } from '../../staff/language.tsx';

/** What happened, in sentences, newest first. */
export function History({ entries }: { readonly entries: readonly z.infer<typeof HistoryEntry>[] }) {
  const { code } = useSpeech();
  const newest = [...entries].sort((a, b) => (a.at < b.at ? 1 : -1));
  return (
    <ol className="history">
      {newest.map((entry, index) => {
        const detail: Record<string, string> = { ...entry.detail };
        const written = detail['number'] ?? detail['numberAndNotation'];
        if (written !== undefined) detail['number'] = written;
        for (const name of ['reason', 'verdict']) {
          const given = detail[name];
          if (given === undefined) continue;
          const plain = given.replace(/^device\./, '');
          detail[name] = code(name, plain, code('refusal', plain, given));
        }
        return (
          <li key={index}>
            <time dateTime={entry.at}>{instantText(entry.at)}</time>
            <span>
              {sentence(code('event', entry.event, `{who} · ${entry.event}`, { who: entry.who, ...detail }), entry.who)}
              {entry.position === undefined ? null : <small>{entry.position}</small>}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

/** A value that the journal does not carry leaves no trace of its name in the sentence. */
function sentence(text: string, who: string): string {
  return text
    .replace('{who}', who)
    .replace(/\s*:?\s*\{\w+\}/g, '')
    .trim();
}
