import { useMutation, useQueryClient } from '@tanstack/react-query';
import { registrationRoutes } from '@antin/protocol/authority/registration';
import { Button } from '../../ui/Button.tsx';
import { Icon, type IconName } from '../../ui/Icon.tsx';
import { call } from '../../staff/client.ts';
import { Failure } from '../../staff/Failure.tsx';
import { useSession } from '../queries.ts';
import { useSpeech } from '../speech.ts';
import { requestQuery, type Detail } from './queries.ts';

const icons: Readonly<Record<Detail['checks'][number]['outcome'], IconName>> = { holds: 'check', blocks: 'bad', warns: 'warn' };
const order = { blocks: 0, warns: 1, holds: 2 } as const;

/** Everything that was looked at, what stands against it first. */
export function Checks({ detail }: { readonly detail: Detail }) {
  const { t, both } = useSpeech();
  const { roles } = useSession();
  const client = useQueryClient();
  const again = useMutation({
    mutationFn: () => call(registrationRoutes.recheck, { params: { id: detail.row.id } }),
    onSuccess: (fresh) => client.setQueryData(requestQuery(detail.row.id).queryKey, fresh),
  });
  const sorted = [...detail.checks].sort((a, b) => order[a.outcome] - order[b.outcome]);
  const against = sorted.filter((one) => one.outcome === 'blocks').length;
  const open = ['received', 'question'].includes(detail.row.state);
  return (
    <section aria-labelledby="checks-title">
      <h2 id="checks-title">{t('checks.title')}</h2>
      <p className={against > 0 ? 'checks-sum against' : 'checks-sum'}>
        {against > 0 ? t('checks.against', { n: against }) : t('checks.none-against', { n: sorted.length })}
      </p>
      <ul className="checks">
        {sorted.map((one) => (
          <li key={one.code} className={one.outcome}>
            <Icon name={icons[one.outcome]} size={18} />
            <span>
              <span className="visually-hidden">{t(`checks.${one.outcome}`)}: </span>
              {both(one.words)}
              {one.found === undefined ? null : <small>{t('checks.found', { what: one.found })}</small>}
            </span>
          </li>
        ))}
      </ul>
      {again.error === null ? null : <Failure error={again.error} />}
      {open && roles.includes('registration') ? (
        <Button small busy={again.isPending} onClick={() => again.mutate()}>
          {t('checks.again')}
        </Button>
      ) : null}
    </section>
  );
}
