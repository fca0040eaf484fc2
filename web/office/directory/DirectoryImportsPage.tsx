import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { directoryImportRoutes, ImportKind, type DirectoryImport } from '@antin/protocol/office/directory-import';
import { Icon, type IconName } from '../../ui/Icon.tsx';
import { Tag, type Tone } from '../../ui/Tag.tsx';
import { Empty } from '../../ui/Waiting.tsx';
import { instantText } from '../../i18n/dates.ts';
import { addressOf } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { Failure } from '../../staff/Failure.tsx';
import { Pending } from '../../staff/Pending.tsx';
import { sendFile } from '../data/send-file.ts';
import { directoryImportsQuery } from '../data/upkeep-queries.ts';
import { FileDrop } from '../shell/FileDrop.tsx';
import { DirectoryNav } from './DirectoryNav.tsx';

const tones: Readonly<Record<DirectoryImport['state'], readonly [Tone, IconName]>> = {
  checking: ['ink', 'clock'],
  ready: ['amber', 'help'],
  applying: ['ink', 'clock'],
  done: ['green', 'check'],
  cancelled: ['plain', 'close'],
  failed: ['red', 'bad'],
};

export function DirectoryImportTag({ state }: { readonly state: DirectoryImport['state'] }) {
  const { t } = useSpeech();
  const [tone, icon] = tones[state];
  return <Tag tone={tone} icon={icon} text={t(`dirimport.state.${state}`)} />;
}

/** Files for the directory: choose what, send, look, confirm. */
export function DirectoryImportsPage() {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const navigate = useNavigate();
  const imports = useQuery(directoryImportsQuery);
  const [kind, setKind] = useState<ImportKind>('people');
  const [sent, setSent] = useState<number>();
  const send = useMutation({
    mutationFn: (file: File) => sendFile(directoryImportRoutes.upload, { query: { kind }, file, progress: setSent }),
    onSuccess: (one) => {
      void client.invalidateQueries({ queryKey: ['directory-imports'] });
      void navigate({ to: '/co-quan/nhap/$id', params: { id: one.id } });
    },
    onSettled: () => setSent(undefined),
  });
  return (
    <div className="page">
      <h1>{t('dir.nav.import')}</h1>
      <DirectoryNav />
      <p className="hint">{t('dirimport.lead')}</p>
      {send.error === null ? null : <Failure error={send.error} />}
      <fieldset className="choices-line">
        <legend className="legend">{t('dirimport.kind')}</legend>
        {ImportKind.options.map((one) => (
          <label key={one} className="check">
            <input type="radio" name="kind" checked={kind === one} onChange={() => setKind(one)} />
            {t(`dirimport.kind.${one}`)}
          </label>
        ))}
      </fieldset>
      <div className="actions">
        <a
          className="button small"
          href={addressOf(directoryImportRoutes.export, { query: { kind, format: 'xlsx', empty: 'true' } })}
          download
        >
          <Icon name="download" size={16} /> {t('dirimport.template')}
        </a>
        <a className="button small" href={addressOf(directoryImportRoutes.export, { query: { kind, format: 'xlsx' } })} download>
          <Icon name="download" size={16} /> {t('dirimport.export')}
        </a>
      </div>
      <FileDrop
        label={t('import.choose')}
        hint=".csv .xlsx"
        accept=".csv,.xlsx"
        sent={sent}
        onFile={(file) => send.mutate(file)}
      />
      {imports.data === undefined ? (
        <Pending query={imports} />
      ) : imports.data.imports.length === 0 ? (
        <Empty title={t('dirimport.none')}>
          <p>{t('dirimport.none.text')}</p>
        </Empty>
      ) : (
        <div className="table-wrap" tabIndex={0} role="region" aria-label={t('dir.nav.import')}>
          <table className="table list">
            <thead>
              <tr>
                <th scope="col" className="grow">
                  {t('dirimport.file')}
                </th>
                <th scope="col">{t('cert.state')}</th>
                <th scope="col" className="right">
                  {t('dirimport.rows')}
                </th>
                <th scope="col" className="right">
                  {t('dirimport.wrong')}
                </th>
                <th scope="col">{t('dirimport.by')}</th>
              </tr>
            </thead>
            <tbody>
              {imports.data.imports.map((one) => (
                <tr key={one.id}>
                  <td className="subject">
                    <Link to="/co-quan/nhap/$id" params={{ id: one.id }} className="row-link" data-row="">
                      {one.fileName}
                    </Link>
                    <small>{t(`dirimport.kind.${one.kind}`)}</small>
                  </td>
                  <td className="tags">
                    <DirectoryImportTag state={one.state} />
                  </td>
                  <td className="right num" data-label={t('dirimport.rows')}>
                    {one.counts.rows.toLocaleString(lang)}
                  </td>
                  <td className="right num" data-label={t('dirimport.wrong')}>
                    {one.counts.wrong.toLocaleString(lang)}
                  </td>
                  <td>
                    {one.createdBy}
                    <small>{instantText(one.createdAt)}</small>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}
