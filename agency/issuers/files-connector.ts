import { readResultArchive } from './archive.ts';
import { ConnectorFault, type IssuerConnector } from './connector.ts';

/** A signed archive out, an archive of results back, both carried by people: how the Government Cipher Committee works today. */
export function filesConnector(
  id = 'files',
  name = 'Hồ sơ tệp (dichvucong.ca.gov.vn, trục liên thông)',
  resultSeal: 'required' | 'when-present' = 'when-present',
  sealers?: ReadonlySet<string>,
): IssuerConnector {
  return {
    ...{ id, name, sealers },
    capabilities: {
      transport: 'files',
      acts: ['new', 'renew', 'change', 'revoke', 'recover-device'],
      ...{ acceptsCsr: true, makesKeysOnToken: true, revokesOnline: false, reportsStatus: false, resultSeal },
    },
    submit: () => Promise.resolve({ status: 'to-carry' }),
    poll: () => Promise.resolve(undefined),
    collect: readResultArchive,
    revoke: () => Promise.resolve({ status: 'to-carry' }),
    // Answers go out with the next archive or by letter; there is no line to send them on.
    answer: () => Promise.reject(new ConnectorFault('connector.unsupported', 'answers to this issuer are carried by people')),
    status: () => Promise.resolve('not-reported'),
  };
}
