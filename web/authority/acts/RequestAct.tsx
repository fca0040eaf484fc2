import { useState } from 'react';
import { registrationRoutes as routes } from '@antin/protocol/authority/registration';
import { Field } from '../../ui/Field.tsx';
import { call } from '../../staff/client.ts';
import { Checks } from '../request/Checks.tsx';
import { hashOfShown, type Detail } from '../request/queries.ts';
import { ShownDocument } from '../request/ShownDocument.tsx';
import type { PageAct } from '../place.tsx';
import { useSpeech } from '../speech.ts';
import { fileBase64 } from './file-base64.ts';
import { refusalOf } from './refusal-of.ts';
import { SignedAct, type Signed } from './SignedAct.tsx';

export interface RequestActProps {
  readonly act: Exclude<PageAct, 'edit' | 'hand-over'>;
  readonly detail: Detail;
  readonly onDone: (fresh: Detail) => void;
  readonly onBack: () => void;
}

const REASONS = ['incomplete', 'not-entitled', 'wrong-information', 'holds-already', 'other'] as const;

/** Propose, approve, refuse, revoke, recover or issue what is drawn here. */
export function RequestAct({ act, detail, onDone, onBack }: RequestActProps) {
  const { t } = useSpeech();
  const { shown } = detail;
  const { id } = detail.row;
  const [code, setCode] = useState<string>('incomplete');
  const [text, setText] = useState('');
  const [csr, setCsr] = useState<File | undefined>();
  const [deviceSerial, setDeviceSerial] = useState('');
  const same = hashOfShown(shown) === detail.shownSha256;
  const keyAtDesk = act === 'issue' && 'device' in shown.item && shown.item.device !== 'pkcs10';

  const perform = async ([one]: readonly Signed[]): Promise<Detail> => {
    const params = { id };
    const body = one as Signed;
    switch (act) {
      case 'approve': {
        const { outcomes } = await call(routes.approve, { body: { approvals: [body] } });
        const [outcome] = outcomes;
        if (outcome?.status === 'refused') throw refusalOf(outcome);
        return call(routes.detail, { params });
      }
      case 'refuse':
        return call(routes.refuse, { params, body: { ...body, code, text: text.trim() } });
      case 'issue': {
        const more = {
          ...(csr === undefined ? {} : { csr: await fileBase64(csr) }),
          ...(deviceSerial.trim() === '' ? {} : { deviceSerial: deviceSerial.trim() }),
        };
        return call(routes.issue, { params, body: { ...body, ...more } });
      }
      default:
        return call(routes[act], { params, body });
    }
  };

  if (!same) {
    return (
      <div className="note red" role="alert">
        <strong>{t('shown.mismatch')}</strong>
        <p>{t('shown.mismatch.text')}</p>
      </div>
    );
  }
  return (
    <SignedAct
      act={act}
      shown={[shown]}
      button={t(`sign.${act}`)}
      missing={() => [
        ...(act === 'refuse' && text.trim().length < 3 ? [{ text: t('refuse.text.error'), field: 'refuse-text' }] : []),
        ...(keyAtDesk && csr === undefined ? [{ text: t('issue.csr.error'), field: 'issue-csr' }] : []),
      ]}
      perform={perform}
      onDone={onDone}
      onBack={onBack}
    >
      <p className="lead">{t(`lead.${act}`)}</p>
      {act === 'refuse' ? (
        <>
          <Field label={t('refuse.code')}>
            {(attributes) => (
              <select {...attributes} value={code} onChange={(event) => setCode(event.target.value)}>
                {REASONS.map((one) => (
                  <option key={one} value={one}>
                    {t(`refuse.${one}`)}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field id="refuse-text" label={t('refuse.text')} hint={t('refuse.text.hint')}>
            {(attributes) => (
              <textarea
                {...attributes}
                rows={4}
                maxLength={2000}
                value={text}
                onChange={(event) => setText(event.target.value)}
              />
            )}
          </Field>
        </>
      ) : null}
      {keyAtDesk ? (
        <>
          <Field id="issue-csr" label={t('issue.csr')} hint={t('issue.csr.hint')}>
            {(attributes) => (
              <input
                {...attributes}
                type="file"
                accept=".csr,.pem,.p10,.der"
                onChange={(event) => setCsr(event.target.files?.[0])}
              />
            )}
          </Field>
          <Field label={t('issue.device-serial')} optional={t('optional')}>
            {(attributes) => (
              <input
                {...attributes}
                maxLength={64}
                value={deviceSerial}
                onChange={(event) => setDeviceSerial(event.target.value)}
              />
            )}
          </Field>
        </>
      ) : null}
      <div className="act-shown">
        <ShownDocument shown={shown} />
        {act === 'propose' || act === 'approve' ? <Checks detail={detail} /> : null}
      </div>
    </SignedAct>
  );
}
