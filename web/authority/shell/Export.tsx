import type { Route } from '@antin/protocol/route';
import { Icon } from '../../ui/Icon.tsx';
import { Menu } from '../../ui/Menu.tsx';
import { addressOf } from '../../staff/client.ts';
import { useSpeech } from '../speech.ts';

/** The list as a file, with its filters; a plain link, so that the browser shows how far a large one is. */
export function Export({ row, query }: { readonly row: Pick<Route, 'path'>; readonly query: Readonly<Record<string, unknown>> }) {
  const { t } = useSpeech();
  return (
    <Menu
      className="button small"
      label={t('export.take')}
      align="right"
      button={
        <>
          <Icon name="download" size={16} />
          {t('export.take')}
        </>
      }
    >
      {(close) => (
        <>
          {(['xlsx', 'csv'] as const).map((format) => (
            <a key={format} href={addressOf(row, { query: { ...query, format } })} download onClick={close}>
              {t(`export.${format}`)}
            </a>
          ))}
          <p className="hint menu-note">{t('export.noted')}</p>
        </>
      )}
    </Menu>
  );
}
