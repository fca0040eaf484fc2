import { useId, useState } from 'react';
import { Progress } from '../../ui/Waiting.tsx';
import { useSpeech } from '../../staff/language.tsx';

export interface FileDropProps {
  readonly label: string;
  readonly hint?: string;
  readonly accept: string;
  /** Share sent, while it is being sent. */
  readonly sent: number | undefined;
  readonly onFile: (file: File) => void;
}

/** A place where a file is dropped or chosen. */
export function FileDrop({ label, hint, accept, sent, onFile }: FileDropProps) {
  const { t } = useSpeech();
  const id = useId();
  const [over, setOver] = useState(false);
  return (
    <div
      className={over ? 'upload over' : 'upload'}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const file = event.dataTransfer.files[0];
        if (file !== undefined) onFile(file);
      }}
    >
      <input
        id={id}
        className="file-input"
        type="file"
        accept={accept}
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file !== undefined) onFile(file);
          event.target.value = '';
        }}
      />
      <label htmlFor={id}>
        <span>
          <u>{label}</u>
          {hint === undefined ? null : <small className="file-hint">{hint}</small>}
        </span>
      </label>
      {sent === undefined ? null : <Progress label={t('keyed.sending')} share={sent} />}
    </div>
  );
}
