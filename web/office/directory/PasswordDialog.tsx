import { useMutation, useQueryClient } from '@tanstack/react-query';
import { directoryUpkeepRoutes } from '@antin/protocol/office/directory-upkeep';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { problemText } from '../../staff/problem-lines.ts';

export interface PasswordDialogProps {
  readonly person: { readonly id: string; readonly fullName: string; readonly canSignIn: boolean };
  readonly onClose: () => void;
}

/** A first or a new password, drawn by the server and shown this once to who hands it over. */
export function PasswordDialog({ person, onClose }: PasswordDialogProps) {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const renew = useMutation({
    mutationFn: () => call(directoryUpkeepRoutes.renewPassword, { params: { id: person.id } }),
    // A password is kept nowhere longer than this dialog.
    gcTime: 0,
    onSuccess: () => void client.invalidateQueries({ queryKey: ['directory-person', person.id] }),
  });
  const problem = renew.error === null ? undefined : problemText(renew.error, lang);
  const title = t(person.canSignIn ? 'person.password.renew' : 'person.password.first');
  return (
    <Dialog title={`${title}: ${person.fullName}`} open onClose={onClose}>
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      {renew.data === undefined ? (
        <p>{t(person.canSignIn ? 'person.password.renew.text' : 'person.password.first.text')}</p>
      ) : (
        <>
          <div role="status">
            <dl className="facts">
              <div>
                <dt>{t('person.sign-in')}</dt>
                <dd className="mono">{renew.data.signInName}</dd>
              </div>
              <div>
                <dt>{t('person.password')}</dt>
                <dd className="mono one-password">{renew.data.password}</dd>
              </div>
            </dl>
          </div>
          <p className="note amber">{t('person.password.once')}</p>
        </>
      )}
      <div className="actions">
        {renew.data === undefined ? (
          <>
            <Button kind={person.canSignIn ? 'danger' : 'primary'} busy={renew.isPending} onClick={() => renew.mutate()}>
              {title}
            </Button>
            <Button onClick={onClose}>{t('back')}</Button>
          </>
        ) : (
          <Button kind="primary" onClick={onClose}>
            {t('person.password.done')}
          </Button>
        )}
      </div>
    </Dialog>
  );
}
