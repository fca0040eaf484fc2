import type { z } from 'zod';
import type { DocumentFile } from '@antin/protocol/office/documents';
import { Icon } from '../../ui/Icon.tsx';
import { sizeText } from '../../i18n/sizes.ts';
import { useSpeech } from '../../staff/language.tsx';

type File = z.infer<typeof DocumentFile>;

export function FileList({ files, addressOf }: { readonly files: readonly File[]; readonly addressOf: (file: File) => string }) {
  const { t, lang } = useSpeech();
  if (files.length === 0) return <p className="hint">{t('doc.annexes.none')}</p>;
  return (
    <ul className="file-list">
      {files.map((file) => (
        <li key={file.id} className="file-line">
          <Icon name="file" />
          <span className="file-name">
            <a href={addressOf(file)} download={file.name}>
              {file.name}
            </a>
            <small className="num">
              {sizeText(file.size, lang)}
              {file.role === 'annex' ? ` · ${t(`doc.annex.${file.binding}`)}` : ''}
            </small>
          </span>
          <a
            className="top-tool icon"
            href={addressOf(file)}
            download={file.name}
            aria-label={`${t('doc.download')}: ${file.name}`}
          >
            <Icon name="download" size={18} />
          </a>
        </li>
      ))}
    </ul>
  );
}
