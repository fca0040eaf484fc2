import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { sessionRoutes, type Session } from '@antin/protocol/office/session';
import { Icon } from '../../ui/Icon.tsx';
import { Mark } from '../../ui/Mark.tsx';
import { Menu } from '../../ui/Menu.tsx';
import { paths } from '../../paths.ts';
import { call } from '../../staff/client.ts';
import { sessionQuery } from '../data/session-query.ts';
import { useSpeech } from '../../staff/language.tsx';

export function TopBar({ session, onHelp }: { readonly session: Session; readonly onHelp: () => void }) {
  const { t, lang, choose } = useSpeech();
  const position = session.positions.find((held) => held.id === session.positionId);
  return (
    <header className="top">
      <Link to="/" className="brand" aria-label={`Ấn Tín · ${t('place.home')}`}>
        <Mark />
        <span className="brand-name">Ấn Tín</span>
      </Link>
      <PositionSwitch session={session} />
      {session.profile === 'practice' ? (
        <span className="tag amber practice" title={t('top.practice.title')}>
          {t('top.practice')}
        </span>
      ) : null}
      <Search />
      <div className="top-tools">
        <button
          type="button"
          className="top-tool"
          lang={lang === 'vi' ? 'en' : 'vi'}
          onClick={() => choose(lang === 'vi' ? 'en' : 'vi')}
        >
          {lang === 'vi' ? 'English' : 'Tiếng Việt'}
        </button>
        <button type="button" className="top-tool icon" aria-label={t('top.help')} onClick={onHelp}>
          <Icon name="help" />
        </button>
        <Menu
          className="top-tool me"
          label={`${t('top.me')}: ${session.fullName}`}
          align="right"
          button={<Me session={session} />}
        >
          {() => (
            <>
              <div className="menu-head">
                <strong>{session.fullName}</strong>
                <small>
                  {position?.title} · {session.signInName}
                </small>
              </div>
              <SignOut />
            </>
          )}
        </Menu>
      </div>
    </header>
  );
}

function Me({ session }: { readonly session: Session }) {
  const words = session.fullName.split(' ');
  return (
    <>
      <span className="initials" aria-hidden="true">
        {(words.at(-1) ?? '').slice(0, 1)}
      </span>
      <span className="me-name">{session.fullName}</span>
    </>
  );
}

function SignOut() {
  const { t } = useSpeech();
  const out = useMutation({
    mutationFn: () => call(sessionRoutes.signOut, {}),
    onSettled: () => location.assign(paths.signIn),
  });
  return (
    <button type="button" onClick={() => out.mutate()}>
      {t('top.sign-out')}
    </button>
  );
}

function PositionSwitch({ session }: { readonly session: Session }) {
  const { t } = useSpeech();
  const client = useQueryClient();
  const navigate = useNavigate();
  const position = session.positions.find((held) => held.id === session.positionId);
  const act = useMutation({
    mutationFn: (positionId: string) => call(sessionRoutes.act, { body: { positionId } }),
    onSuccess: async (changed) => {
      client.setQueryData(sessionQuery.queryKey, changed);
      // Nothing that the other position could see stays on the screen; what is shown asks again.
      void client.resetQueries({ predicate: (query) => query.queryKey[0] !== 'session' });
      await navigate({ to: '/' });
    },
  });
  const face = (
    <>
      <span className="position-agency">{position?.agencyName}</span>
      <span className="position-title">
        {position?.title}
        {position?.unitName === undefined ? '' : ` · ${position.unitName}`}
      </span>
    </>
  );
  if (session.positions.length === 1) return <div className="position">{face}</div>;
  return (
    <Menu
      className="position switch"
      label={`${t('top.position')}: ${position?.title ?? ''}, ${position?.agencyName ?? ''}. ${t('top.positions')}`}
      button={
        <>
          <span>{face}</span>
          <Icon name="down" size={16} />
        </>
      }
    >
      {(close) =>
        session.positions.map((held) => (
          <button
            key={held.id}
            type="button"
            role="radio"
            aria-checked={held.id === session.positionId}
            onClick={() => {
              close();
              if (held.id !== session.positionId) act.mutate(held.id);
            }}
          >
            {held.title}
            <small>{held.unitName === undefined ? held.agencyName : `${held.unitName}, ${held.agencyName}`}</small>
          </button>
        ))
      }
    </Menu>
  );
}

function Search() {
  const { t } = useSpeech();
  const navigate = useNavigate();
  const [q, setQ] = useState('');
  return (
    <form
      role="search"
      className="top-search"
      onSubmit={(event) => {
        event.preventDefault();
        if (q.trim() !== '') void navigate({ to: '/tim', search: { q: q.trim() } });
      }}
    >
      <Icon name="search" size={18} />
      <input
        id="search"
        type="search"
        aria-label={t('top.search')}
        placeholder={t('top.search.hint')}
        value={q}
        onChange={(event) => setQ(event.target.value)}
      />
      <kbd aria-hidden="true">/</kbd>
    </form>
  );
}
