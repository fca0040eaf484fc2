import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { directoryUpkeepRoutes, type AgencyDetail } from '@antin/protocol/office/directory-upkeep';
import { call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { AgencyChoice, type Chosen } from '../reorganisation/AgencyChoice.tsx';
import { SideForm } from '../shell/SideForm.tsx';
import { useEffective } from './use-effective.tsx';

/**
 * Ends an agency on a day, with who takes over. Posts, books and certificates are not touched by this alone, so an agency
 * that has any is led to a reorganisation.
 */
export function CloseAgency({ agency, onClose }: { readonly agency: AgencyDetail; readonly onClose: () => void }) {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const [successors, setSuccessors] = useState<readonly Chosen[]>([]);
  const [sure, setSure] = useState(false);
  const [tried, setTried] = useState(0);
  const effective = useEffective(t('agency.close.day'));
  const close = useMutation({
    mutationFn: () =>
      call(directoryUpkeepRoutes.closeAgency, {
        params: { id: agency.id },
        body: {
          successorIds: successors.map((one) => one.id),
          effectiveFrom: effective.from,
          ...(effective.grounds === undefined ? {} : { grounds: effective.grounds }),
        },
      }),
    onSuccess: () => {
      for (const key of ['directory-agency', 'directory-agencies', 'directory-changes'])
        void client.invalidateQueries({ queryKey: [key] });
      onClose();
    },
  });
  const problem =
    close.error === null
      ? undefined
      : problemText(close.error, lang, { effectiveFrom: 'effective', successorIds: 'close-successors' });
  const missing = [...effective.missing, ...(sure ? [] : [{ text: t('agency.close.sure.error'), field: 'close-sure' }])];
  const { people, certificates } = agency.counts;
  return (
    <SideForm
      title={t('agency.do.close')}
      lead={
        people + certificates > 0 ? (
          <p className="note amber">
            {t('agency.close.has', { people: people.toLocaleString(lang), certificates: certificates.toLocaleString(lang) })}{' '}
            <Link to="/sap-xep/moi" search={{ under: agency.id }}>
              {t('agency.do.reorganise')}
            </Link>
          </p>
        ) : null
      }
      problem={problem}
      missing={missing}
      tried={tried}
      onTry={() => setTried((old) => old + 1)}
      onSend={() => close.mutate()}
      onClose={onClose}
      busy={close.isPending}
      act={t('agency.do.close')}
      danger
    >
      <AgencyChoice
        id="close-successors"
        label={t('agency.close.successors')}
        several
        chosen={successors}
        error={problem?.byField.get('successorIds')}
        onChange={setSuccessors}
      />
      {effective.fields}
      <label className="check">
        <input id="close-sure" type="checkbox" checked={sure} onChange={(event) => setSure(event.target.checked)} />
        {t('agency.close.sure', { name: agency.name })}
      </label>
    </SideForm>
  );
}
