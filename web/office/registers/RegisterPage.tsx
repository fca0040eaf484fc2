import '../../i18n/words/pages.ts';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { registerRoutes, type RegisterEntry } from '@antin/protocol/office/registers';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Empty } from '../../ui/Waiting.tsx';
import { instantText } from '../../i18n/dates.ts';
import { addressOf, call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { entriesQuery, registersQuery } from '../data/register-queries.ts';
import { useSession } from '../data/session-query.ts';
import { ListBody } from '../shell/ListBody.tsx';
import { RegisterTable } from './RegisterTable.tsx';

/** A book with every column of the form (Decree 30/2020, Appendix IV), on screen and on paper. */
export function RegisterPage() {
  const { t, lang } = useSpeech();
  const { id } = useParams({ from: '/so-dang-ky/$id' });
  const { q = '', page = 1 } = useSearch({ from: '/so-dang-ky/$id' });
  const navigate = useNavigate({ from: '/so-dang-ky/$id' });
  const session = useSession();
  const registers = useQuery(registersQuery);
  const entries = useQuery({ ...entriesQuery(id, q, page), placeholderData: keepPreviousData });
  const register = registers.data?.registers.find((other) => other.id === id);
  const agency = session.positions.find((held) => held.id === session.positionId)?.agencyName ?? '';
  const [text, setText] = useState(q);
  const whole = useMutation({ mutationFn: () => wholeBook(id) });
  useEffect(() => {
    if (whole.data === undefined) return;
    window.print();
    whole.reset();
  }, [whole.data]);
  useEffect(() => {
    if (text.trim() === q) return;
    const timer = setTimeout(() => void navigate({ search: text.trim() === '' ? {} : { q: text.trim() }, replace: true }), 250);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div className="page wide register">
      <header className="page-head">
        <div>
          <h1>
            {register === undefined
              ? t('register.title')
              : t('register.of-year', { name: t(`register.${register.direction}`), year: register.year })}
          </h1>
          <p className="agency-line">{agency}</p>
          <p className="print-only">{t('register.printed', { time: instantText(Date.now()) })}</p>
        </div>
        <div className="actions no-print">
          <Button icon="print" busy={whole.isPending} onClick={() => whole.mutate()}>
            {t('register.print')}
          </Button>
          <a className="button" href={addressOf(registerRoutes.export, { params: { id } })} download>
            <Icon name="download" size={18} /> {t('register.export')}
          </a>
        </div>
      </header>
      <div className="list-tools no-print">
        <input
          className="input"
          type="search"
          aria-label={t('register.search')}
          placeholder={t('register.search')}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <span className="hint num" role="status">
          {entries.data === undefined ? '' : t('register.count', { n: entries.data.total.toLocaleString(lang) })}
        </span>
      </div>
      <ListBody
        query={entries}
        onPage={(next) => void navigate({ search: { ...(q === '' ? {} : { q }), page: next } })}
        empty={<Empty title={q === '' ? t('register.empty') : t('list.none')} />}
      >
        {(data) => <RegisterTable direction={register?.direction ?? 'outgoing'} entries={whole.data ?? data.items} />}
      </ListBody>
    </div>
  );
}

/** Every entry, oldest first, as the paper book would be bound. */
async function wholeBook(id: string): Promise<RegisterEntry[]> {
  const entries: RegisterEntry[] = [];
  for (let page = 1; ; page += 1) {
    const answer = await call(registerRoutes.entries, { params: { id }, query: { page, pageSize: 200 } });
    entries.push(...answer.items);
    if (entries.length >= answer.total || answer.items.length === 0) return entries.reverse();
  }
}
