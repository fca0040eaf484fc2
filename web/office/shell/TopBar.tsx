import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { sessionRoutes, type Session } from '@antin/protocol/office/session';
import { Icon } from '../../ui/Icon.tsx';
import { Menu } from '../../ui/Menu.tsx';
import { paths } from '../../paths.ts';
import { call } from '../../staff/client.ts';
import { TopBar as StaffTopBar } from '../../staff/TopBar.tsx';
import { sessionQuery } from '../data/session-query.ts';
import { useSpeech } from '../../staff/language.tsx';

export function TopBar({ session, onHelp }: { readonly session: Session; readonly onHelp: () => void }) {
  const navigate = useNavigate();
  const position = session.positions.find((held) => held.id === session.positionId);
  return (
    <StaffTopBar
      fullName={session.fullName}
      acting={`${position?.title ?? ''} · ${session.signInName}`}
      practice={session.profile === 'practice'}
      home={(face, className, label) => (
        <Link to="/" className={className} aria-label={label}>
          {face}
        </Link>
      )}
      position={<PositionSwitch session={session} />}
      onSearch={(q) => void navigate({ to: '/tim', search: { q } })}
      onHelp={onHelp}
      signOut={() => call(sessionRoutes.signOut, {})}
      signIn={paths.signIn}
    />
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
