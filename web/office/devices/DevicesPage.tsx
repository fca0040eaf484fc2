import '../../i18n/words/pages.ts';
import { DeviceDesk } from '../../staff/DeviceDesk.tsx';
import { useSession } from '../data/session-query.ts';

export function DevicesPage() {
  return <DeviceDesk base="" agentUrl={useSession().practiceAgentUrl} />;
}
