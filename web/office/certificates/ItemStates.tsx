import type { IssuerRequest } from '@antin/protocol/office/issuers';
import { useSpeech } from '../../staff/language.tsx';

const ORDER = ['issued', 'revoked', 'recovered', 'approved', 'received', 'question', 'refused', 'waiting'] as const;

/** How far the items of a request are: a bar of what is settled, and the figures in words. */
export function ItemStates({ states, total }: { readonly states: IssuerRequest['states']; readonly total: number }) {
  const { t, lang } = useSpeech();
  const settled = (states.issued ?? 0) + (states.revoked ?? 0) + (states.recovered ?? 0) + (states.refused ?? 0);
  const words = ORDER.flatMap((state) => {
    const count = states[state] ?? 0;
    return count === 0 ? [] : [`${t(`item.${state}`)} ${count.toLocaleString(lang)}`];
  });
  return (
    <>
      <svg className="mini-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <rect width={total === 0 ? 0 : (settled / total) * 100} height="8" />
      </svg>
      <small>{words.join(' · ')}</small>
    </>
  );
}
