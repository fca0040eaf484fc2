import { useMutation } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { registrationRoutes } from '@antin/protocol/authority/registration';
import { RequestItem } from '@antin/protocol/certificates/request';
import { Button } from '../../ui/Button.tsx';
import { Field } from '../../ui/Field.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { call } from '../../staff/client.ts';
import { problemText } from '../../staff/problem-lines.ts';
import { useSpeech } from '../speech.ts';
import { editedItem, editFields, type EditField } from './edit-fields.ts';
import type { Detail } from './queries.ts';

export interface EditFormProps {
  readonly detail: Detail;
  readonly onDone: (fresh: Detail) => void;
  readonly onBack: () => void;
}

/** Corrects what stands in the request: a new version beside the original; what was proposed or approved is void. */
export function EditForm({ detail, onDone, onBack }: EditFormProps) {
  const { t, lang } = useSpeech();
  const { id, state } = detail.row;
  const { item, itemVersion } = detail.shown;
  const fields = useMemo(() => editFields(item), [item]);
  const [values, setValues] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(fields.map((field) => [field.path, field.value])),
  );
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(0);
  const edited = editedItem(item, values);
  const parsed = RequestItem.safeParse(edited);
  const wrong = new Set(parsed.success ? [] : parsed.error.issues.map((issue) => issue.path.join('.')));
  const unchanged = fields.every((field) => (values[field.path] ?? '').trim() === field.value);
  const edit = useMutation({
    mutationFn: () => {
      const body = { itemVersion, item: RequestItem.parse(edited), reason: reason.trim() };
      return call(registrationRoutes.edit, { params: { id }, body });
    },
    onSuccess: onDone,
  });
  const problem = edit.error === null ? undefined : problemText(edit.error, lang);
  const label = (field: EditField): string => t(field.label);
  const lines =
    tried === 0
      ? []
      : [
          ...fields
            .filter((field) => wrong.has(field.path))
            .map((field) => ({ text: t('edit.wrong', { what: label(field) }), field: field.id })),
          ...(reason.trim().length < 3 ? [{ text: t('edit.reason.error'), field: 'edit-reason' }] : []),
          ...(unchanged ? [{ text: t('edit.unchanged'), field: fields[0]?.id }] : []),
        ];
  return (
    <form
      className="act-check"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(tried + 1);
        if (parsed.success && !unchanged && reason.trim().length >= 3) edit.mutate();
      }}
    >
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      {lines.length === 0 ? null : <ProblemSummary title={t('problem.title')} lines={lines} attempt={tried} />}
      {state === 'proposed' || state === 'approved' ? <p className="note amber">{t('voids')}</p> : null}
      <p className="lead">{t('lead.edit', { n: itemVersion })}</p>
      <div className="field-grid">
        {fields.map((field) => (
          <Field
            key={field.path}
            id={field.id}
            label={label(field)}
            {...(field.optional ? { optional: t('optional') } : {})}
            {...(values[field.path]?.trim() === field.value
              ? {}
              : { hint: t('edit.before', { what: field.value === '' ? '—' : field.value }) })}
            error={tried > 0 && wrong.has(field.path) ? t('edit.wrong', { what: label(field) }) : undefined}
          >
            {(attributes) => (
              <input
                {...attributes}
                value={values[field.path] ?? ''}
                onChange={(event) => setValues({ ...values, [field.path]: event.target.value })}
              />
            )}
          </Field>
        ))}
      </div>
      <Field
        id="edit-reason"
        label={t('edit.reason')}
        hint={t('edit.reason.hint')}
        error={tried > 0 && reason.trim().length < 3 ? t('edit.reason.error') : undefined}
      >
        {(attributes) => (
          <textarea {...attributes} rows={2} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
        )}
      </Field>
      <div className="actions">
        <Button type="submit" kind="primary" busy={edit.isPending}>
          {t('edit.do', { n: itemVersion + 1 })}
        </Button>
        <Button onClick={onBack}>{t('back')}</Button>
      </div>
    </form>
  );
}
