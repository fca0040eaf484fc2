import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { CertificateTask } from '@antin/protocol/office/certificate-tasks';
import type { z } from 'zod';
import { dayText } from '../../i18n/dates.ts';
import { useSpeech } from '../../staff/language.tsx';
import { certificateTasksQuery } from '../data/certificate-queries.ts';
import { dayIn } from './days.ts';

type Task = z.infer<typeof CertificateTask>;

/** What waits for the officer, each figure leading to its list. */
export function Tasks() {
  const { t } = useSpeech();
  const tasks = useQuery(certificateTasksQuery);
  if (tasks.data === undefined || tasks.data.tasks.length === 0) return null;
  return (
    <section className="task-strip no-print" aria-label={t('tasks.title')}>
      <h2>{t('tasks.title')}</h2>
      <ul>
        {tasks.data.tasks.map((task) => (
          <li key={task.kind}>
            <TaskLink task={task} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function TaskLink({ task }: { readonly task: Task }) {
  const { t, lang } = useSpeech();
  const words = (
    <>
      <strong className="num">{task.count.toLocaleString(lang)}</strong>
      <span>
        {t(`task.${task.kind}`)}
        {task.dueOn === undefined ? null : <small>{t('task.due', { day: dayText(task.dueOn) })}</small>}
      </span>
    </>
  );
  switch (task.kind) {
    case 'state-needs':
    case 'review-needs':
      return <Link to="/nhu-cau">{words}</Link>;
    case 'question':
    case 'assign-certificate':
    case 'send-acts':
    case 'refused':
      return <Link to="/ho-so-cap">{words}</Link>;
    case 'return-device':
      return (
        <Link to="/chung-thu-so/thiet-bi" search={{ state: 'to-return' }}>
          {words}
        </Link>
      );
    case 'hand-over':
    case 'choose-owner':
      return (
        <Link to="/chung-thu-so" search={{ state: 'issued', owner: task.kind === 'hand-over' ? 'known' : 'unknown' }}>
          {words}
        </Link>
      );
    case 'activate':
      return (
        <Link to="/chung-thu-so" search={{ state: 'handed-over' }}>
          {words}
        </Link>
      );
    case 'renew':
      return (
        <Link to="/chung-thu-so" search={{ state: 'expiring', from: dayIn(0), before: dayIn(61) }}>
          {words}
        </Link>
      );
  }
}
