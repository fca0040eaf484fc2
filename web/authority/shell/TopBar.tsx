import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { officerSessionRoutes, type OfficerSession } from '@antin/protocol/authority/session';
import { Icon } from '../../ui/Icon.tsx';
import { Mark } from '../../ui/Mark.tsx';
import { Menu } from '../../ui/Menu.tsx';
import { paths } from '../../paths.ts';
import { call } from '../../staff/client.ts';
import { Go, useGo } from '../place.tsx';
import { useSpeech } from '../speech.ts';

export function TopBar({ session, onHelp }: { readonly session: OfficerSession; readonly onHelp: () => void }) {
  const { t, lang, choose } = useSpeech();
  const roles = session.roles.map((role) => t(`officer.${role}`)).join(', ') || t('console.roles.none');
  return (
    <header className="top">
      <Go place={{ to: '/' }} className="brand" label={`Ấn Tín · ${t('place.home')}`}>
        <Mark />
        <span className="brand-name">Ấn Tín</span>
      </Go>
      <div className="position">
        <span className="position-agency">{t('console.name')}</span>
        <span className="position-title">{roles}</span>
      </div>
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
          button={
            <>
              <span className="initials" aria-hidden="true">
                {(session.fullName.split(' ').at(-1) ?? '').slice(0, 1)}
              </span>
              <span className="me-name">{session.fullName}</span>
            </>
          }
        >
          {() => (
            <>
              <div className="menu-head">
                <strong>{session.fullName}</strong>
                <small>
                  {roles} · {session.signInName}
                </small>
              </div>
              <Go place={{ to: '/mat-khau' }}>{t('place.password')}</Go>
              <SignOut />
            </>
          )}
        </Menu>
      </div>
    </header>
  );
}

function SignOut() {
  const { t } = useSpeech();
  const out = useMutation({
    mutationFn: () => call(officerSessionRoutes.signOut, {}),
    onSettled: () => location.assign(paths.consoleSignIn),
  });
  return (
    <button type="button" onClick={() => out.mutate()}>
      {t('top.sign-out')}
    </button>
  );
}

function Search() {
  const { t } = useSpeech();
  const go = useGo();
  const [q, setQ] = useState('');
  return (
    <form
      role="search"
      className="top-search"
      onSubmit={(event) => {
        event.preventDefault();
        if (q.trim() !== '') go({ to: '/yeu-cau', search: { q: q.trim() } });
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
