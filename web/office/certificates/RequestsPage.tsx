import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { issuerRoutes, type IssuerRequest } from '@antin/protocol/office/issuers';
import { Button } from '../../ui/Button.tsx';
import { Field } from '../../ui/Field.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { Empty } from '../../ui/Waiting.tsx';
import { instantText } from '../../i18n/dates.ts';
import { call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { certificateTasksQuery } from '../data/certificate-queries.ts';
import { connectorsQuery, requestsQuery } from '../data/issuer-queries.ts';
import { KeyedList } from '../../staff/KeyedList.tsx';
import { CertificateNav } from './CertificateNav.tsx';
import { ItemStates } from './ItemStates.tsx';
import { Questions } from './Questions.tsx';
import { RequestTag } from './tags.tsx';
import { Unsettled } from './Unsettled.tsx';

/** What goes to the issuer and what comes back. */
export function RequestsPage() {
  const { t } = useSpeech();
  const requests = useInfiniteQuery(requestsQuery);
  const tasks = useQuery(certificateTasksQuery);
  const unsent = tasks.data?.tasks.find((task) => task.kind === 'send-acts')?.count ?? 0;
  return (
    <div className="page">
      <h1>{t('req.title')}</h1>
      <CertificateNav />
      <Questions />
      <Unsettled />
      {unsent === 0 ? null : <Make count={unsent} />}
      <KeyedList
        query={requests}
        items={(page) => page.items}
        empty={
          <Empty title={t('req.none')}>
            <p>{t('req.none.text')}</p>
          </Empty>
        }
      >
        {(rows) => <Requests rows={rows} />}
      </KeyedList>
    </div>
  );
}

function Requests({ rows }: { readonly rows: readonly IssuerRequest[] }) {
  const { t, lang } = useSpeech();
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label={t('req.title')}>
      <table className="table list">
        <thead>
          <tr>
            <th scope="col">{t('req.title')}</th>
            <th scope="col">{t('cert.state')}</th>
            <th scope="col" className="right">
              {t('req.items')}
            </th>
            <th scope="col">{t('req.progress')}</th>
            <th scope="col">{t('req.made')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <td className="subject">
                <Link to="/ho-so-cap/$id" params={{ id: row.id }} className="row-link" data-row="">
                  {row.number === undefined ? t('req.without-number') : t('req.one', { number: row.number })}
                </Link>
                <small>{row.connector}</small>
              </td>
              <td className="tags">
                <RequestTag request={row} />
              </td>
              <td className="right num" data-label={t('req.items')}>
                {row.items.toLocaleString(lang)}
              </td>
              <td>
                <ItemStates states={row.states} total={row.items} />
              </td>
              <td className="nowrap" data-label={t('req.made')}>
                {instantText(row.createdAt)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Everything asked and not sent goes into one request, which is then looked at before it goes. */
function Make({ count }: { readonly count: number }) {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const navigate = useNavigate();
  const connectors = useQuery(connectorsQuery);
  const [number, setNumber] = useState('');
  const [connector, setConnector] = useState<string>();
  const make = useMutation({
    mutationFn: () =>
      call(issuerRoutes.prepare, {
        body: {
          ...(number.trim() === '' ? {} : { number: number.trim() }),
          ...(connector === undefined ? {} : { connector }),
        },
      }),
    onSuccess: (answer) => {
      for (const key of ['issuer-requests', 'certificate-tasks', 'session']) void client.invalidateQueries({ queryKey: [key] });
      const [first] = answer.requests;
      if (answer.requests.length === 1 && first !== undefined) void navigate({ to: '/ho-so-cap/$id', params: { id: first.id } });
    },
  });
  const problem = make.error === null ? undefined : problemText(make.error, lang, { number: 'number', connector: 'connector' });
  return (
    <form
      className="side-form boxed"
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate();
      }}
    >
      <h2>
        {t('task.send-acts')} <span className="count num">{count.toLocaleString(lang)}</span>
      </h2>
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      <div className="field-row">
        <Field id="number" label={t('req.number')} optional={t('optional')}>
          {(attributes) => (
            <input {...attributes} maxLength={60} value={number} onChange={(event) => setNumber(event.target.value)} />
          )}
        </Field>
        {(connectors.data?.connectors.length ?? 0) > 1 ? (
          <Field id="connector" label={t('req.connector')}>
            {(attributes) => (
              <select {...attributes} value={connector} onChange={(event) => setConnector(event.target.value)}>
                {connectors.data?.connectors.map((one) => (
                  <option key={one.id} value={one.id}>
                    {one.name}
                  </option>
                ))}
              </select>
            )}
          </Field>
        ) : null}
      </div>
      <div className="actions">
        <Button type="submit" kind="primary" busy={make.isPending}>
          {t('req.make')}
        </Button>
      </div>
    </form>
  );
}
