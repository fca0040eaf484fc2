import { useQuery } from '@tanstack/react-query';
import type { CellError } from '@antin/protocol/office/needs';
import type { Form } from '@antin/protocol/office/certificates';
import { useSpeech } from '../../staff/language.tsx';
import { columnsQuery } from '../data/needs-queries.ts';

/** What is wrong in words, never as a code: a detail that is a code of its own has words too. */
export function useErrorWords(): (error: CellError) => string {
  const { code } = useSpeech();
  return (error) => {
    const { detail } = error;
    const what = code('cell', error.code, code('cell', 'needs.row-not-read'));
    if (detail === undefined) return what;
    return /^[a-z]+\.[a-z-]+$/.test(detail) ? `${what}: ${code('code', detail, '')}`.replace(/: $/, '') : `${what} ${detail}`;
  };
}

/** The place of an error: the heading of its column, or the row as a whole. */
export function useColumnWords(form: Form): (error: CellError) => string {
  const { t, lang } = useSpeech();
  const columns = useQuery(columnsQuery(form));
  return (error) => {
    if (error.column === undefined) return t('sheet.whole-row');
    const column = columns.data?.columns.find((one) => one.name === error.column);
    return column === undefined ? error.column : lang === 'vi' ? column.heading : column.headingEn;
  };
}
