import type { Certificate } from '@antin/pki/x509/certificate';
import { Copy } from '../shell/Copy.tsx';
import { useSpeech, type ConsoleKey } from '../speech.ts';
import { pemOf, technicalOf } from './read.ts';

/** Every field that an engineer asks for, each to be copied character by character. */
export function TechnicalFacts({ certificate }: { readonly certificate: Certificate }) {
  const { t } = useSpeech();
  const pem = pemOf(certificate);
  return (
    <div className="technical">
      <p className="hint">{t('cert.tech.lead')}</p>
      <dl className="facts copyable">
        {technicalOf(certificate).map(([key, value]) => (
          <div key={key}>
            <dt>{t(key as ConsoleKey)}</dt>
            <dd className="mono">
              <span>{value}</span> <Copy text={value} what={t(key as ConsoleKey)} />
            </dd>
          </div>
        ))}
      </dl>
      <h2>{t('cert.pem')}</h2>
      <pre className="code-box" tabIndex={0}>
        {pem}
      </pre>
      <div>
        <Copy text={pem} what={t('cert.pem')} />
      </div>
    </div>
  );
}
