import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { directoryUpkeepRoutes } from '@antin/protocol/office/directory-upkeep';
import { Field } from '../../ui/Field.tsx';
import { call, type AnswerOf } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { SideForm } from '../shell/SideForm.tsx';
import { useEffective } from './use-effective.tsx';

type Agency = AnswerOf<typeof directoryUpkeepRoutes.agency>;

/** Of an existing agency, or of one to be opened below `parent`. */
export type AgencyFormProps = { readonly onClose: () => void } & (
  { readonly agency: Agency; readonly parent?: never } | { readonly parent: Agency; readonly agency?: never }
);

const FIELDS = [
  ['name', 'agency.name', 200],
  ['shortName', 'agency.short', 60],
  ['code', 'agency.code', 35],
  ['levelName', 'agency.level', 60],
  ['place', 'agency.place', 64],
  ['notation', 'agency.notation', 30],
] as const;
type FieldName = (typeof FIELDS)[number][0];
/** What those of the agency itself may say; the rest is said by the level above. */
const OWN: readonly FieldName[] = ['place', 'notation'];

export function AgencyForm({ agency, parent, onClose }: AgencyFormProps) {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const [values, setValues] = useState<Readonly<Record<FieldName, string>>>(() => ({
    name: agency?.name ?? '',
    shortName: agency?.shortName ?? '',
    code: agency?.code ?? '',
    levelName: agency?.levelName ?? '',
    place: agency?.place ?? parent?.place ?? '',
    notation: agency?.notation ?? '',
  }));
  const [tried, setTried] = useState(0);
  const effective = useEffective();
  const shown = FIELDS.filter(([name]) => agency === undefined || agency.acts.change || OWN.includes(name));
  const changed =
    agency === undefined
      ? values
      : Object.fromEntries(
          shown.flatMap(([name]) => (values[name].trim() === agency[name] ? [] : [[name, values[name].trim()]])),
        );
  const missing = [
    ...shown.flatMap(([name, label]) =>
      values[name].trim() === '' ? [{ text: `${t(label)}: ${t('field.error')}`, field: `agency-${name}` }] : [],
    ),
    ...(Object.keys(changed).length === 0 ? [{ text: t('change.nothing'), field: 'agency-name' }] : []),
    ...effective.missing,
  ];
  const save = useMutation({
    mutationFn: async (): Promise<void> => {
      const dated = { effectiveFrom: effective.from, ...(effective.grounds === undefined ? {} : { grounds: effective.grounds }) };
      if (agency !== undefined)
        await call(directoryUpkeepRoutes.changeAgency, { params: { id: agency.id }, body: { set: changed, ...dated } });
      else await call(directoryUpkeepRoutes.createAgency, { body: { ...values, parentId: parent.id, ...dated } });
    },
    onSuccess: () => {
      for (const key of ['directory-agency', 'directory-agencies', 'directory-changes'])
        void client.invalidateQueries({ queryKey: [key] });
      onClose();
    },
  });
  const problem =
    save.error === null
      ? undefined
      : problemText(save.error, lang, {
          ...Object.fromEntries(FIELDS.map(([name]) => [name, `agency-${name}`])),
          effectiveFrom: 'effective',
        });
  return (
    <SideForm
      title={t(agency === undefined ? 'agency.do.child' : 'agency.do.change')}
      problem={problem}
      missing={missing}
      tried={tried}
      onTry={() => setTried((old) => old + 1)}
      onSend={() => save.mutate()}
      onClose={onClose}
      busy={save.isPending}
      act={t(agency === undefined ? 'agency.do.child' : 'change.save')}
    >
      <div className="field-pairs">
        {shown.map(([name, label, most]) => (
          <Field
            key={name}
            id={`agency-${name}`}
            label={t(label)}
            error={problem?.byField.get(name) ?? (tried > 0 && values[name].trim() === '' ? t('field.error') : undefined)}
          >
            {(attributes) => (
              <input
                {...attributes}
                maxLength={most}
                value={values[name]}
                onChange={(event) => setValues({ ...values, [name]: event.target.value })}
              />
            )}
          </Field>
        ))}
      </div>
      {effective.fields}
    </SideForm>
  );
}
