import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { Icon } from '../ui/Icon.tsx';
import { Mark } from '../ui/Mark.tsx';
import { Menu } from '../ui/Menu.tsx';
import { useSpeech } from './language.tsx';

export interface TopBarProps {
  readonly fullName: string;
  /** Under the name, in the menu of me. */
  readonly acting: string;
  readonly practice: boolean;
  /** The link to the first page, around the mark: each app has its own router. */
  readonly home: (face: ReactNode, className: string, label: string) => ReactNode;
  /** Where I act, and as what. */
  readonly position: ReactNode;
  /** What the menu of me offers beside signing out. */
  readonly mine?: ReactNode;
  readonly onSearch: (q: string) => void;
  readonly onHelp: () => void;
  readonly signOut: () => Promise<unknown>;
  /** Address of the sign-in page, also when signing out was refused: the session is gone then. */
  readonly signIn: string;
}

/** Top of every staff page: who and where I am, search, language, help, me. */
export function TopBar(props: TopBarProps) {
  const { t, lang, choose } = useSpeech();
  const other = lang === 'vi' ? 'en' : 'vi';
  return (
    <header className="top">
      {props.home(
        <>
          <Mark />
          <span className="brand-name">Ấn Tín</span>
        </>,
        'brand',
        `Ấn Tín · ${t('place.home')}`,
      )}
      {props.position}
      {props.practice ? (
        <span className="tag amber practice" title={t('top.practice.title')}>
          {t('top.practice')}
        </span>
      ) : null}
      <Search onSearch={props.onSearch} />
      <div className="top-tools">
        <button type="button" className="top-tool" lang={other} onClick={() => choose(other)}>
          {other === 'en' ? 'English' : 'Tiếng Việt'}
        </button>
        <button type="button" className="top-tool icon" aria-label={t('top.help')} onClick={props.onHelp}>
          <Icon name="help" />
        </button>
        <Menu
          className="top-tool me"
          label={`${t('top.me')}: ${props.fullName}`}
          align="right"
          button={
            <>
              <span className="initials" aria-hidden="true">
                {(props.fullName.split(' ').at(-1) ?? '').slice(0, 1)}
              </span>
              <span className="me-name">{props.fullName}</span>
            </>
          }
        >
          {() => (
            <>
              <div className="menu-head">
                <strong>{props.fullName}</strong>
                <small>{props.acting}</small>
              </div>
              {props.mine}
              <SignOut {...props} />
            </>
          )}
        </Menu>
      </div>
    </header>
  );
}

function SignOut({ signOut, signIn }: Pick<TopBarProps, 'signOut' | 'signIn'>) {
  const { t } = useSpeech();
  const out = useMutation({ mutationFn: signOut, onSettled: () => location.assign(signIn) });
  return (
    <button type="button" onClick={() => out.mutate()}>
      {t('top.sign-out')}
    </button>
  );
}

function Search({ onSearch }: Pick<TopBarProps, 'onSearch'>) {
  const { t } = useSpeech();
  const [q, setQ] = useState('');
  return (
    <form
      role="search"
      className="top-search"
      onSubmit={(event) => {
        event.preventDefault();
        if (q.trim() !== '') onSearch(q.trim());
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
