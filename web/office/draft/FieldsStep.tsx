import { useQuery } from '@tanstack/react-query';
import { Urgency } from '@antin/protocol/office/documents';
import { documentKinds } from '@antin/protocol/office/kinds';
import { Field } from '../../ui/Field.tsx';
import { useSpeech } from '../../staff/language.tsx';
import { signersQuery } from '../data/directory-queries.ts';
import { AddresseePicker } from './AddresseePicker.tsx';
import { fieldIds, type DraftState } from './draft-state.ts';
import { FileLine, UploadField } from './UploadField.tsx';

export interface FieldsStepProps {
  readonly draft: DraftState;
  readonly onChange: (change: Partial<DraftState> | ((old: DraftState) => Partial<DraftState>)) => void;
  readonly onMain: (local: File) => void;
  readonly errors: ReadonlyMap<string, string>;
}

export function FieldsStep({ draft, onChange, onMain, errors }: FieldsStepProps) {
  const { t, lang } = useSpeech();
  const signers = useQuery(signersQuery);
  const error = (...names: string[]): string | undefined =>
    names.map((name) => errors.get(name)).find((text) => text !== undefined);
  return (
    <div className="draft-fields">
      <div className="field">
        <span className="legend" id="main-label">
          {t('draft.file')}
        </span>
        {error('main') === undefined ? null : <span className="field-error">{error('main')}</span>}
        {draft.main === undefined ? null : <FileLine file={draft.main} />}
        <UploadField
          id={fieldIds['main'] ?? 'draft-main'}
          pdfOnly
          compact={draft.main !== undefined}
          label={draft.main === undefined ? t('draft.file') : t('draft.file.replace')}
          invalid={error('main') !== undefined}
          onStored={(main, local) => {
            onChange({ main, places: undefined });
            onMain(local);
          }}
        />
      </div>
      <Field id={fieldIds['subject']!} label={t('draft.subject')} hint={t('draft.subject.hint')} error={error('subject')}>
        {(attributes) => (
          <textarea
            {...attributes}
            rows={2}
            maxLength={500}
            value={draft.subject}
            onChange={(event) => onChange({ subject: event.target.value })}
          />
        )}
      </Field>
      <div className="field-row three">
        <Field id={fieldIds['typeCode']!} label={t('draft.type')} error={error('typeCode')}>
          {(attributes) => (
            <select {...attributes} value={draft.typeCode} onChange={(event) => onChange({ typeCode: event.target.value })}>
              {documentKinds.map((type) => (
                <option key={type.code} value={type.code}>
                  {type.name[lang]}
                  {type.abbreviation === '' ? '' : ` (${type.abbreviation})`}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field id={fieldIds['notation']!} label={t('draft.notation')} error={error('notation')}>
          {(attributes) => (
            <input
              {...attributes}
              className="input"
              maxLength={30}
              placeholder="STC-NS"
              title={t('draft.notation.hint')}
              value={draft.notation}
              onChange={(event) => onChange({ notation: event.target.value, notationTyped: true })}
            />
          )}
        </Field>
        <Field id={fieldIds['urgency']!} label={t('draft.urgency')} error={error('urgency')}>
          {(attributes) => (
            <select
              {...attributes}
              value={draft.urgency}
              onChange={(event) => onChange({ urgency: Urgency.parse(event.target.value) })}
            >
              {Urgency.options.map((urgency) => (
                <option key={urgency} value={urgency}>
                  {t(`urgency.${urgency}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <Field
        id={fieldIds['addressees']!}
        label={t('draft.addressees')}
        hint={t('draft.addressees.hint')}
        error={error('addressees', 'addresseeIds')}
      >
        {(attributes) => (
          <AddresseePicker
            attributes={attributes}
            chosen={draft.addressees}
            onChange={(addressees) => onChange({ addressees })}
          />
        )}
      </Field>
      <Field id={fieldIds['signer']!} label={t('draft.signer')} error={error('signer', 'signerPositionId')}>
        {(attributes) => (
          <select
            {...attributes}
            value={draft.signerPositionId}
            onChange={(event) => onChange({ signerPositionId: event.target.value })}
          >
            <option value="">{t('draft.signer.choose')}</option>
            {signers.data?.signers.map((signer) => (
              <option key={signer.positionId} value={signer.positionId}>
                {signer.fullName}, {signer.title}
                {signer.capacity === '' ? '' : ` (${signer.capacity})`}
              </option>
            ))}
          </select>
        )}
      </Field>
      <div className="field">
        <span className="legend">
          {t('draft.annexes')} <span className="optional">({t('optional')})</span>
        </span>
        <span className="hint" id="annexes-hint">
          {t('draft.annexes.hint')}
        </span>
        {error('annexes') === undefined ? null : <span className="field-error">{error('annexes')}</span>}
        {draft.annexes.map((file, index) => (
          <FileLine
            key={`${file.sha256}-${index}`}
            file={file}
            removeLabel={t('draft.annexes.remove', { name: file.name })}
            onRemove={() => onChange({ annexes: draft.annexes.filter((_, other) => other !== index) })}
          />
        ))}
        <UploadField
          id={fieldIds['annexes'] ?? 'draft-annexes'}
          multiple
          compact
          label={t('draft.annexes.add')}
          describedBy="annexes-hint"
          onStored={(file) => onChange((old) => ({ annexes: [...old.annexes, file] }))}
        />
      </div>
    </div>
  );
}
