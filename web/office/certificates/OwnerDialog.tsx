import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { certificateRoutes, type CertificateView } from '@antin/protocol/office/certificates';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { Pending } from '../../staff/Pending.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { certificateQuery, ownersQuery } from '../data/certificate-queries.ts';
import { useSession } from '../data/session-query.ts';
import { PersonField, type ChosenPerson } from '../directory/PersonField.tsx';
import { AgencyChoice, type Chosen } from '../reorganisation/AgencyChoice.tsx';

export interface OwnerDialogProps {
  readonly certificateId: string;
  /** What stands on the certificate. */
  readonly subject: string;
  /** Said already, and wrongly: what stands there now, to be replaced. */
  readonly instead?: { readonly name: string; readonly version: number };
  readonly onClose: () => void;
  readonly onChosen: (view: CertificateView) => void;
}

type Owner = { readonly personId: string } | { readonly agencyId: string };

/** Whose a certificate is that was taken in: those who bear its name, or somebody found; said by a person, never guessed. */
export function OwnerDialog({ certificateId, subject, instead, onClose, onChosen }: OwnerDialogProps) {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const session = useSession();
  const owners = useQuery(ownersQuery(certificateId));
  const [choice, setChoice] = useState('');
  const [person, setPerson] = useState<ChosenPerson>();
  const [agency, setAgency] = useState<Chosen>();
  const [sure, setSure] = useState(false);
  const [tried, setTried] = useState(0);
  const mine = session.positions.find((held) => held.id === session.positionId)?.agencyId ?? '';
  const candidates = owners.data?.candidates ?? [];
  const candidate = candidates.find((one) => (one.personId ?? one.agencyId) === choice);
  const owner = ((): Owner | undefined => {
    if (candidate?.personId !== undefined) return { personId: candidate.personId };
    if (candidate?.agencyId !== undefined) return { agencyId: candidate.agencyId };
    if (choice === 'person' && person !== undefined) return { personId: person.id };
    return choice === 'agency' && agency !== undefined ? { agencyId: agency.id } : undefined;
  })();
  const name = candidate?.name ?? (choice === 'person' ? person?.text : choice === 'agency' ? agency?.name : undefined);
  // Found by hand, the name may be another than that on the certificate.
  const differs = owner !== undefined && (candidate === undefined || instead !== undefined);
  const missing = [
    ...(owner === undefined ? [{ text: t('owner.error'), field: 'owner-0' }] : []),
    ...(differs && !sure ? [{ text: t('owner.sure.error'), field: 'owner-sure' }] : []),
  ];
  const assign = useMutation({
    mutationFn: (to: Owner) =>
      instead === undefined
        ? call(certificateRoutes.assignImported, { params: { id: certificateId }, body: to })
        : call(certificateRoutes.changeOwner, {
            params: { id: certificateId },
            body: { version: instead.version, owner: to },
          }),
    onSuccess: (view) => {
      client.setQueryData(certificateQuery(certificateId).queryKey, view);
      for (const key of ['certificates', 'certificate-counts', 'certificate-tasks', 'session'])
        void client.invalidateQueries({ queryKey: [key] });
      onChosen(view);
    },
  });
  const problem = assign.error === null ? undefined : problemText(assign.error, lang);
  const option = (value: string, index: number, words: string, detail?: string) => (
    <label key={value} className="choice">
      <input
        id={`owner-${index}`}
        type="radio"
        name="owner"
        checked={choice === value}
        onChange={() => {
          setChoice(value);
          setSure(false);
        }}
      />
      <strong>{words}</strong>
      {detail === undefined ? null : <span className="hint">{detail}</span>}
    </label>
  );
  return (
    <Dialog title={t(instead === undefined ? 'owner.title' : 'owner.change.title')} open onClose={onClose}>
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      {tried > 0 && missing.length > 0 ? <ProblemSummary title={t('problem.title')} lines={missing} attempt={tried} /> : null}
      <p>
        <strong>{owners.data?.name ?? ''}</strong>
        <small className="line">{subject}</small>
      </p>
      {instead === undefined ? null : <p className="note amber">{t('owner.change.text', { name: instead.name })}</p>}
      {owners.data === undefined ? (
        <Pending query={owners} lines={3} />
      ) : (
        <>
          <p className="hint">
            {t(candidates.length === 0 ? 'owner.none' : candidates.length === 1 ? 'owner.one' : 'owner.several', {
              n: candidates.length,
            })}
          </p>
          <fieldset className="owner-choices">
            <legend className="visually-hidden">{t('owner.title')}</legend>
            {candidates.map((one, index) => option(one.personId ?? one.agencyId ?? '', index, one.name, one.detail))}
            {option('person', candidates.length, t('owner.person'))}
            {option('agency', candidates.length + 1, t('owner.agency'))}
          </fieldset>
        </>
      )}
      {choice === 'person' ? (
        <PersonField
          id="owner-person"
          label={t('owner.find-person')}
          agencyId={mine}
          below
          chosen={person}
          onChoose={setPerson}
        />
      ) : null}
      {choice === 'agency' ? (
        <AgencyChoice
          id="owner-agency"
          label={t('owner.find-agency')}
          several={false}
          chosen={agency === undefined ? [] : [agency]}
          error={undefined}
          onChange={(chosen) => setAgency(chosen[0])}
        />
      ) : null}
      {differs ? (
        <label className="check">
          <input id="owner-sure" type="checkbox" checked={sure} onChange={(event) => setSure(event.target.checked)} />
          {t('owner.sure')}
        </label>
      ) : null}
      <div className="actions">
        <Button
          kind="primary"
          busy={assign.isPending}
          onClick={() => {
            setTried((old) => old + 1);
            if (missing.length === 0 && owner !== undefined) assign.mutate(owner);
          }}
        >
          {name === undefined ? t('owner.do') : t('owner.do.name', { name })}
        </Button>
        <Button onClick={onClose}>{t('back')}</Button>
      </div>
    </Dialog>
  );
}
