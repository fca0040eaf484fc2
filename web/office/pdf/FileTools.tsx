import { useState } from 'react';
import { Icon } from '../../ui/Icon.tsx';
import { useSpeech } from '../../staff/language.tsx';
import { printDocument } from './print.ts';

/** Download and print, beside the page numbers. */
export function FileTools({ url, name }: { readonly url: string; readonly name: string }) {
  const { t } = useSpeech();
  const [printing, setPrinting] = useState(false);
  return (
    <span className="reader-links">
      <a className="top-tool" href={url} download={name}>
        <Icon name="download" size={18} /> {t('doc.download')}
      </a>
      <button
        type="button"
        className="top-tool"
        aria-busy={printing}
        onClick={() => {
          if (printing) return;
          setPrinting(true);
          void printDocument(url).finally(() => setPrinting(false));
        }}
      >
        <Icon name="print" size={18} /> {printing ? t('doc.printing') : t('doc.print')}
      </button>
    </span>
  );
}
