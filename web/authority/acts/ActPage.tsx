import '../words.ts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Pending } from '../../staff/Pending.tsx';
import { Missing } from '../../staff/Missing.tsx';
import { EditForm } from '../request/EditForm.tsx';
import { requestQuery, type Detail } from '../request/queries.ts';
import { useAct, useId } from '../address.ts';
import { Go, useGo, type PageAct } from '../place.tsx';
import { useSpeech } from '../speech.ts';
import { HandOver } from './HandOver.tsx';
import { Outcome } from './Outcome.tsx';
import { RequestAct } from './RequestAct.tsx';

/** One act about one request, on a page of its own: check, sign, outcome. */
export function ActPage() {
  const act = useAct();
  const id = useId();
  const detail = useQuery({ ...requestQuery(id), refetchInterval: false, refetchOnWindowFocus: false });
  if (act === undefined) return <Missing />;
  if (detail.data === undefined)
    return (
      <div className="page narrow">
        <Pending query={detail} lines={8} />
      </div>
    );
  return <Loaded key={`${id}${act}`} act={act} detail={detail.data} />;
}

function Loaded({ act, detail }: { readonly act: PageAct; readonly detail: Detail }) {
  const { t } = useSpeech();
  const go = useGo();
  const client = useQueryClient();
  const [after, setAfter] = useState<Detail | undefined>();
  const { id, subject } = detail.row;
  const back = (): void => go({ to: '/yeu-cau/$id', params: { id } });
  const done = (fresh: Detail): void => {
    client.setQueryData(requestQuery(id).queryKey, fresh);
    void client.invalidateQueries({ queryKey: ['requests'] });
    void client.invalidateQueries({ queryKey: ['session'] });
    if (act === 'edit') back();
    else setAfter(fresh);
  };
  if (after !== undefined) return <Outcome act={act} detail={after} />;
  const allowed = detail.may.includes(act);
  return (
    <div className="page act">
      <header className="page-head">
        <h1>{t(`do.${act}`)}</h1>
        <p className="hint">
          <Go place={{ to: '/yeu-cau/$id', params: { id } }}>{subject}</Go>
        </p>
      </header>
      {!allowed ? (
        <div className="note amber">
          <strong>{t('act.not-allowed')}</strong>
          <p>{t('act.not-allowed.text')}</p>
        </div>
      ) : act === 'edit' ? (
        <EditForm detail={detail} onDone={done} onBack={back} />
      ) : act === 'hand-over' ? (
        <HandOver id={id} onDone={done} onBack={back} />
      ) : (
        <RequestAct act={act} detail={detail} onDone={done} onBack={back} />
      )}
    </div>
  );
}
