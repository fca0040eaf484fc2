import { kindOf } from '@antin/protocol/office/kinds';
import { useSpeech } from '../../staff/language.tsx';

/** Names of the kinds of documents in the language of the page, by their code. */
export function useTypeName(): (code: string, otherwise: string) => string {
  const { lang } = useSpeech();
  return (code, otherwise) => kindOf(code)?.name[lang] ?? otherwise;
}
