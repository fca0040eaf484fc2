import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { certificateRoutes, type CertificateRow } from '@antin/protocol/office/certificates';
import { RevocationCause } from '@antin/protocol/certificates/request';
import { Button } from '../../ui/Button.tsx';
import { Field } from '../../ui/Field.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { dayOf, dayText } from '../../i18n/dates.ts';
import { call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { problemText } from '../../staff/problem-lines.ts';

export interface BulkCheckProps {
  readonly act: 'renew' | 'revoke';
  readonly items: readonly { readonly id: string; readonly name: string; readonly row: CertificateRow | undefined }[];
  readonly onBack: () => void;
  readonly onDone: () => void;
}

/** Everything once more before the same is asked for many; afterwards each refused one with its reason. */
export function BulkCheck({ act, items, onBack, onDone }: BulkCheckProps) {
  const { t, lang, code } = useSpeech();
  const client = useQueryClient();
  const [cause, setCause] = useState('');
  const [tried, setTried] = useState(0);
  const ask = useMutation({
    mutationFn: () =>
      call(certificateRoutes.bulk, {
        body: {
          ids: items.map((item) => item.id),
          ask: act === 'renew' ? { act } : { act, cause: RevocationCause.parse(cause) },
        },
      }),
    onSuccess: () => {
      for (const key of ['certificates', 'certificate', 'certificate-tasks', 'certificate-counts']) {
        void client.invalidateQueries({ queryKey: [key] });
      }
    },
  });
  const problem = ask.error === null ? undefined : problemText(ask.error, lang);
  const causeMissing = act === 'revoke' && cause === '';
  const name = (id: string): string => items.find((item) => item.id === id)?.name ?? id;
  if (ask.data !== undefined) {
    const { asked, refused } = ask.data;
    return (
      <div className="page narrow">
        <div className={refused.length === 0 ? 'receipt' : 'receipt partly'} role="status">
          <Icon name={refused.length === 0 ? 'check' : 'warn'} size={36} />
          <div>
            <h1>{t('cert.asked', { n: asked.length.toLocaleString(lang) })}</h1>
            {refused.length === 0 ? null : <p>{t('cert.asked.refused', { n: refused.length.toLocaleString(lang) })}</p>}
          </div>
        </div>
        {refused.length === 0 ? null : (
          <ul className="plain-list refused-list">
            {refused.map((one) => (
              <li key={one.certificateId}>
                <Link to="/chung-thu-so/$id" params={{ id: one.certificateId }}>
                  {name(one.certificateId)}
                </Link>
                : {code('code', one.code)}
              </li>
            ))}
          </ul>
        )}
        {asked.length === 0 ? null : <p>{t('cert.asked.next')}</p>}
        <div className="actions">
          {asked.length === 0 ? null : (
            <Link className="button primary" to="/ho-so-cap">
              {t('cert.asked.send')}
            </Link>
          )}
          <Button onClick={onDone}>{t('cert.title')}</Button>
        </div>
      </div>
    );
  }
  return (
    <div className="page narrow">
      <h1>{t(`cert.check.${act}`, { n: items.length.toLocaleString(lang) })}</h1>
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      {tried > 0 && causeMissing ? (
        <ProblemSummary title={t('problem.title')} lines={[{ text: t('cert.cause.error'), field: 'cause' }]} attempt={tried} />
      ) : null}
      <p className="note ink">{t('cert.check.lead')}</p>
      {act === 'revoke' ? (
        <Field id="cause" label={t('cert.cause')} error={tried > 0 && causeMissing ? t('cert.cause.error') : undefined}>
          {(attributes) => (
            <select {...attributes} value={cause} onChange={(event) => setCause(event.target.value)}>
              <option value="" />
              {RevocationCause.options.map((one) => (
                <option key={one} value={one}>
                  {t(`cause.${one}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
      ) : null}
      <ol className="check-list" tabIndex={0} aria-label={t('cert.selected', { n: items.length })}>
        {items.map(({ id, name: text, row }) => (
          <li key={id}>
            <strong>{text}</strong>
            <small>
              {[row?.agencyName, row?.notAfter === undefined ? '' : t('device.expires', { day: dayText(dayOf(row.notAfter)) })]
                .filter(Boolean)
                .join(' · ')}
            </small>
          </li>
        ))}
      </ol>
      <div className="actions">
        <Button
          kind={act === 'revoke' ? 'danger' : 'primary'}
          busy={ask.isPending}
          onClick={() => {
            setTried((old) => old + 1);
            if (!causeMissing) ask.mutate();
          }}
        >
          {t('cert.check.do', { n: items.length.toLocaleString(lang) })}
        </Button>
        <Button onClick={onBack}>{t('back')}</Button>
      </div>
    </div>
  );
}
