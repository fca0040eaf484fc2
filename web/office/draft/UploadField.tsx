import { useRef, useState, type DragEvent } from 'react';
import { Icon } from '../../ui/Icon.tsx';
import { Progress } from '../../ui/Waiting.tsx';
import { useSpeech } from '../../staff/language.tsx';
import { uploadFile } from '../data/upload.ts';
import { problemText } from '../../staff/problem-lines.ts';
import { sizeText } from '../../i18n/sizes.ts';
import type { StoredFile } from './draft-state.ts';

const LIMIT = 200_000_000;

export interface UploadFieldProps {
  readonly id: string;
  readonly multiple?: boolean;
  readonly pdfOnly?: boolean;
  readonly onStored: (file: StoredFile, local: File) => void;
  readonly compact?: boolean;
  readonly label: string;
  readonly describedBy?: string | undefined;
  readonly invalid?: boolean;
}

/** Drag or choose; says how far it is and, when refused, exactly why. */
export function UploadField({ id, multiple, pdfOnly, onStored, compact, label, describedBy, invalid }: UploadFieldProps) {
  const { t, lang } = useSpeech();
  const [over, setOver] = useState(false);
  const [running, setRunning] = useState<{ name: string; share: number } | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const input = useRef<HTMLInputElement>(null);

  const take = async (files: readonly File[]): Promise<void> => {
    setProblem(undefined);
    for (const file of multiple ? files : files.slice(0, 1)) {
      const name = file.name.normalize('NFC');
      const refusal = await refuse(file);
      if (refusal !== undefined) {
        setProblem(t(refusal, { name, size: sizeText(file.size, lang), limit: sizeText(LIMIT, lang) }));
        continue;
      }
      try {
        setRunning({ name, share: 0 });
        const stored = await uploadFile(file, (share) => setRunning({ name, share }));
        onStored(
          {
            sha256: stored.sha256,
            name,
            size: stored.size,
            mediaType: stored.mediaType,
            ...(stored.pdf === undefined ? {} : { pages: stored.pdf.pages.length, signatures: stored.pdf.signatures }),
          },
          file,
        );
      } catch (cause) {
        const said = problemText(cause, lang);
        setProblem(`${name}: ${[said.title, said.remedy].filter(Boolean).join('. ')}`);
      }
    }
    setRunning(undefined);
    if (input.current !== null) input.current.value = '';
  };

  const refuse = async (file: File) => {
    if (file.size === 0) return 'draft.error.empty' as const;
    if (file.size > LIMIT) return 'draft.error.too-big' as const;
    if (!pdfOnly) return undefined;
    const head = new TextDecoder('latin1').decode(await file.slice(0, 1024).arrayBuffer());
    return head.includes('%PDF-') ? undefined : ('draft.error.not-pdf' as const);
  };
  const drag = (event: DragEvent, state: boolean): void => {
    event.preventDefault();
    setOver(state);
  };
  return (
    <div
      className={`upload${over ? ' over' : ''}${compact ? ' compact' : ''}`}
      onDragOver={(event) => drag(event, true)}
      onDragLeave={(event) => drag(event, false)}
      onDrop={(event) => {
        drag(event, false);
        void take([...event.dataTransfer.files]);
      }}
    >
      <input
        ref={input}
        id={id}
        type="file"
        className="file-input"
        multiple={multiple}
        accept={pdfOnly ? '.pdf,application/pdf' : undefined}
        aria-label={label}
        aria-describedby={describedBy}
        aria-invalid={invalid || undefined}
        onChange={(event) => void take([...(event.target.files ?? [])])}
      />
      {running === undefined ? (
        <label htmlFor={id}>
          {compact ? <Icon name="plus" size={18} /> : <Icon name="file" size={24} />}
          <span>
            {compact ? label : t('draft.file.drop')} {compact ? null : <u>{t('draft.file.choose')}</u>}
          </span>
        </label>
      ) : (
        <Progress label={t('draft.file.uploading', { name: running.name })} share={running.share} />
      )}
      {problem === undefined ? null : (
        <p className="field-error" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

export function FileLine({
  file,
  onRemove,
  removeLabel,
}: {
  readonly file: StoredFile;
  readonly onRemove?: () => void;
  readonly removeLabel?: string;
}) {
  const { t, lang } = useSpeech();
  return (
    <div className="file-line">
      <Icon name="file" />
      <span className="file-name">
        {file.name}
        <small className="num">
          {[
            sizeText(file.size, lang),
            file.pages === undefined ? '' : t('draft.file.pages', { n: file.pages }),
            (file.signatures ?? 0) > 0 ? t('draft.file.signed', { n: file.signatures ?? 0 }) : '',
          ]
            .filter(Boolean)
            .join(' · ')}
        </small>
      </span>
      {onRemove === undefined ? null : (
        <button type="button" className="top-tool icon" aria-label={removeLabel} onClick={onRemove}>
          <Icon name="close" size={18} />
        </button>
      )}
    </div>
  );
}
