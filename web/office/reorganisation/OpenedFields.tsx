import { Button } from '../../ui/Button.tsx';
import { Field } from '../../ui/Field.tsx';
import { useSpeech } from '../../staff/language.tsx';
import type { Opened } from './draft.ts';

export const OPENED_FIELDS = [
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
  fewest,
  tried,
  onChange,
}: {
  readonly opens: readonly Opened[];
  /** So many there must be. */
  readonly fewest: number;
  readonly tried: boolean;
  readonly onChange: (opens: readonly Opened[]) => void;
}) {
  const { t } = useSpeech();
  return (
    <>
      {opens.map((one, index) => (
        <fieldset key={index} className="opened">
          <legend className="legend">{t('reorg.opens', { n: index + 1 })}</legend>
          <div className="field-pairs">
            {OPENED_FIELDS.map(([name, label, most]) => (
              <Field
                key={name}
                id={`opens-${index}-${name}`}
                label={t(label)}
                error={tried && one[name].trim() === '' ? t('field.error') : undefined}
              >
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
          {opens.length > fewest ? (
            <Button small kind="quiet" icon="close" onClick={() => onChange(opens.filter((_, at) => at !== index))}>
              {t('reorg.opens.remove', { n: index + 1 })}
            </Button>
          ) : null}
        </fieldset>
      ))}
    </>
  );
}
