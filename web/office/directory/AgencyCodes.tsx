import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { directoryUpkeepRoutes, type AgencyDetail } from '@antin/protocol/office/directory-upkeep';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Field } from '../../ui/Field.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { dayOf, dayText } from '../../i18n/dates.ts';
import { call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { DayField } from '../shell/DayField.tsx';
import { problemText } from '../../staff/problem-lines.ts';

/** Thirteen characters, lowest level first; everything else of ours is of Decision 20/2020 or registered otherwise. */
const QCVN = /^\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}$/;

interface Line {
  readonly code: string;
  readonly form: 'decision-20' | 'qcvn-102' | 'other';
  readonly from: string | undefined;
  readonly to: string | null;
  readonly kind: 'main' | 'alias' | 'converted';
}

/** Every code under which an agency is or was known, in both writings, with its days. */
export function AgencyCodes({ agency }: { readonly agency: AgencyDetail }) {
  const { t } = useSpeech();
  const [adding, setAdding] = useState(false);
  const lines = linesOf(agency);
  return (
    <>
      <div className="table-wrap" tabIndex={0} role="region" aria-label={t('agency.tab.codes')}>
        <table className="table list">
          <thead>
            <tr>
              <th scope="col">{t('agency.code')}</th>
              <th scope="col" className="grow">
                {t('agency.code.form')}
              </th>
              <th scope="col">{t('authority.from-to')}</th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <tr key={`${line.code} ${line.from ?? ''}`}>
                <td className="subject notation">{line.code}</td>
                <td>
                  {t(`agency.code.${line.form}`)}
                  <small>{t(`agency.code.kind.${line.kind}`)}</small>
                </td>
                <td className="nowrap">
                  {line.from === undefined ? '' : t('dir.from', { day: dayText(line.from) })}
                  {line.to === null ? null : <small>{t('dir.until', { day: dayText(line.to) })}</small>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="hint">{t('agency.code.text')}</p>
      {agency.acts.change ? (
        <div className="actions no-print">
          <Button icon="plus" onClick={() => setAdding(true)}>
            {t('agency.code.add')}
          </Button>
        </div>
      ) : null}
      {adding ? <AddCode agency={agency} onClose={() => setAdding(false)} /> : null}
    </>
  );
}

/** Main codes by the versions that changed them, latest first; then other writings. */
function linesOf(agency: AgencyDetail): readonly Line[] {
  const formOf = (code: string): Line['form'] => (QCVN.test(code) ? 'qcvn-102' : 'decision-20');
  const versions = [...agency.versions].sort((a, b) => (a.validFrom < b.validFrom ? -1 : 1));
  const main: Line[] = [];
  for (const { code, validFrom } of versions) {
    const last = main.at(-1);
    if (last?.code === code) continue;
    if (last !== undefined) main[main.length - 1] = { ...last, to: validFrom };
    main.push({ code, form: formOf(code), from: validFrom, to: agency.validTo, kind: 'main' });
  }
  return [
    ...main.reverse(),
    ...agency.aliases.map(({ code, form, validFrom, validTo }) => ({
      ...{ code, form, from: validFrom, to: validTo, kind: 'alias' as const },
    })),
    ...agency.convertedCodes.map((code) => ({
      ...{ code, form: formOf(code), from: undefined, to: null, kind: 'converted' as const },
    })),
  ];
}

function AddCode({ agency, onClose }: { readonly agency: AgencyDetail; readonly onClose: () => void }) {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const [code, setCode] = useState('');
  const [validFrom, setFrom] = useState(dayOf(Date.now()));
  const [validTo, setTo] = useState('');
  const [tried, setTried] = useState(0);
  const add = useMutation({
    mutationFn: () =>
      call(directoryUpkeepRoutes.addAlias, {
        params: { id: agency.id },
        body: { code: code.trim(), validFrom, validTo: validTo === '' ? null : validTo },
      }),
    onSuccess: () => {
      for (const key of ['directory-agency', 'directory-changes']) void client.invalidateQueries({ queryKey: [key] });
      onClose();
    },
  });
  const problem = add.error === null ? undefined : problemText(add.error, lang, { code: 'alias-code', validTo: 'alias-to' });
  const missing = code.trim() === '' ? [{ text: `${t('agency.code')}: ${t('field.error')}`, field: 'alias-code' }] : [];
  return (
    <Dialog title={t('agency.code.add')} open onClose={onClose}>
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      {tried > 0 && missing.length > 0 ? <ProblemSummary title={t('problem.title')} lines={missing} attempt={tried} /> : null}
      <Field id="alias-code" label={t('agency.code')} hint={t('agency.code.hint')} error={problem?.byField.get('code')}>
        {(attributes) => (
          <input
            {...attributes}
            maxLength={35}
            value={code}
            autoComplete="off"
            onChange={(event) => setCode(event.target.value)}
          />
        )}
      </Field>
      <div className="field-row">
        <DayField id="alias-from" label={t('authority.from')} value={validFrom} onChange={setFrom} />
        <DayField
          id="alias-to"
          label={t('authority.to')}
          value={validTo}
          onChange={setTo}
          optional
          error={problem?.byField.get('validTo')}
        />
      </div>
      <div className="actions">
        <Button
          kind="primary"
          busy={add.isPending}
          onClick={() => {
            setTried((old) => old + 1);
            if (missing.length === 0) add.mutate();
          }}
        >
          {t('agency.code.add')}
        </Button>
        <Button onClick={onClose}>{t('cancel')}</Button>
      </div>
    </Dialog>
  );
}
