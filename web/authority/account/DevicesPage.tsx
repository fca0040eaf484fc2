import '../words.ts';
import { DeviceDesk } from '../../staff/DeviceDesk.tsx';
import { useSession } from '../queries.ts';

export function DevicesPage() {
  return <DeviceDesk base="/authority" agentUrl={useSession().practiceAgentUrl} />;
}
