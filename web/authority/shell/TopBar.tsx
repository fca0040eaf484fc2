import { officerSessionRoutes, type OfficerSession } from '@antin/protocol/authority/session';
import { paths } from '../../paths.ts';
import { call } from '../../staff/client.ts';
import { TopBar as StaffTopBar } from '../../staff/TopBar.tsx';
import { Go, useGo } from '../place.tsx';
import { useSpeech } from '../speech.ts';

export function TopBar({ session, onHelp }: { readonly session: OfficerSession; readonly onHelp: () => void }) {
  const { t } = useSpeech();
  const go = useGo();
  const roles = session.roles.map((role) => t(`officer.${role}`)).join(', ') || t('console.roles.none');
  return (
    <StaffTopBar
      fullName={session.fullName}
      acting={`${roles} · ${session.signInName}`}
      practice={session.profile === 'practice'}
      home={(face, className, label) => (
        <Go place={{ to: '/' }} className={className} label={label}>
          {face}
        </Go>
      )}
      position={
        <div className="position">
          <span className="position-agency">{t('console.name')}</span>
          <span className="position-title">{roles}</span>
        </div>
      }
      mine={<Go place={{ to: '/mat-khau' }}>{t('place.password')}</Go>}
      onSearch={(q) => go({ to: '/yeu-cau', search: { q } })}
      onHelp={onHelp}
      signOut={() => call(officerSessionRoutes.signOut, {})}
      signIn={paths.consoleSignIn}
    />
  );
}
