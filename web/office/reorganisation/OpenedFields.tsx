import { Field } from '../../ui/Field.tsx';
import { useSpeech } from '../../staff/language.tsx';
import type { Opened } from './draft.ts';

const FIELDS = [
  ['name', 'agency.name', 200],
  ['shortName', 'agency.short', 60],
  ['code', 'agency.code', 35],
  ['levelName', 'agency.level', 60],
  ['place', 'agency.place', 64],
  ['notation', 'agency.notation', 30],
] as const;

/** What the agencies will be that a plan opens. */
export function OpenedFields({
  opens,
  onChange,
}: {
  readonly opens: readonly Opened[];
  readonly onChange: (opens: readonly Opened[]) => void;
}) {
  const { t } = useSpeech();
  return (
    <>
      {opens.map((one, index) => (
        <fieldset key={index} className="opened">
          <legend className="legend">{t('reorg.opens', { n: index + 1 })}</legend>
          <div className="field-pairs">
            {FIELDS.map(([name, label, most]) => (
              <Field key={name} label={t(label)}>
                {(attributes) => (
                  <input
                    {...attributes}
                    maxLength={most}
                    value={one[name]}
                    onChange={(event) =>
                      onChange(opens.map((other, at) => (at === index ? { ...other, [name]: event.target.value } : other)))
                    }
                  />
                )}
              </Field>
            ))}
          </div>
        </fieldset>
      ))}
    </>
  );
}
