import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { useSpeech } from './language.tsx';

export function HelpDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const { t } = useSpeech();
  const keys: [string[], string][] = [
    [['/'], t('help.search')],
    [['j', 'k'], t('help.move')],
    [['Enter'], t('help.open')],
    [['s'], t('help.sign')],
    [['?'], t('help.keys')],
  ];
  return (
    <Dialog title={t('help.title')} open={open} onClose={onClose}>
      <p>{t('help.text')}</p>
      <dl className="facts">
        {keys.map(([names, what]) => (
          <div key={what}>
            <dt>
              {names.map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <div className="actions">
        <Button onClick={onClose}>{t('close')}</Button>
      </div>
    </Dialog>
  );
}
