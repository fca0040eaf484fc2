import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { issuerRoutes, ItemState, type IssuerRequest } from '@antin/protocol/office/issuers';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { Empty } from '../../ui/Waiting.tsx';
import { dayOf, dayText, exactText } from '../../i18n/dates.ts';
import { shortAgency } from '../../i18n/titles.ts';
import { addressOf, call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { Failure } from '../../staff/Failure.tsx';
import { Pending } from '../../staff/Pending.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { connectorsQuery, requestItemsQuery, requestQuery } from '../data/issuer-queries.ts';
import { sendFile } from '../data/send-file.ts';
import { useSession } from '../data/session-query.ts';
import { FileDrop } from '../shell/FileDrop.tsx';
import { KeyedList } from '../../staff/KeyedList.tsx';
import { ItemStates } from './ItemStates.tsx';
import { RequestSignature } from './RequestSignature.tsx';
import { ItemTag, RequestTag } from './tags.tsx';

/** One request to the issuer: what it holds, what travels, sending it, and each item's answer. */
export function RequestPage() {
  const { t } = useSpeech();
  const { id } = useParams({ from: '/ho-so-cap/$id' });
  const request = useQuery(requestQuery(id));
  const session = useSession();
  const officer = session.positions.some((held) => held.id === session.positionId && held.roles.includes('certificate-officer'));
  if (request.data === undefined) {
    return (
      <div className="page">
        <Pending query={request} lines={8} />
      </div>
    );
  }
  const one = request.data;
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <p className="crumbs no-print">
            {officer ? <Link to="/ho-so-cap">{t('req.title')}</Link> : <Link to="/">{t('place.home')}</Link>}
          </p>
          <h1>{one.number === undefined ? t('req.without-number') : t('req.one', { number: one.number })}</h1>
        </div>
        <RequestTag request={one} />
      </header>
      <div className="issue-columns">
        <div className="issue-main">
          <Facts one={one} officer={officer} />
          <Items id={id} officer={officer} />
        </div>
        <aside className="issue-side no-print">
          {one.state === 'prepared' ? <RequestSignature one={one} /> : null}
          <Acts one={one} officer={officer} />
        </aside>
      </div>
    </div>
  );
}

function useConnectorName(id: string): string {
  const connectors = useQuery(connectorsQuery);
  return connectors.data?.connectors.find((other) => other.id === id)?.name ?? id;
}

function Facts({ one, officer }: { readonly one: IssuerRequest; readonly officer: boolean }) {
  const { t, lang } = useSpeech();
  const connector = useConnectorName(one.connector);
  return (
    <>
      {one.lastError === undefined ? null : (
        <p className="note amber">
          <strong>{t('req.error')}.</strong> {t('req.error.text', { code: one.lastError })}
        </p>
      )}
      <dl className="facts">
        <div>
          <dt>{t('req.items')}</dt>
          <dd className="num">{one.items.toLocaleString(lang)}</dd>
        </div>
        <div>
          <dt>{t('req.progress')}</dt>
          <dd>
            <ItemStates states={one.states} total={one.items} />
          </dd>
        </div>
        <div>
          <dt>{t('req.connector')}</dt>
          <dd>{connector}</dd>
        </div>
        <div>
          <dt>{t('req.made')}</dt>
          <dd>
            {exactText(one.createdAt)} · {one.createdBy}
          </dd>
        </div>
        {one.sentAt === undefined ? null : (
          <div>
            <dt>{t('req.sent-at')}</dt>
            <dd>{exactText(one.sentAt)}</dd>
          </div>
        )}
        {one.withdrawnAt === undefined ? null : (
          <div>
            <dt>{t('req.withdrawn')}</dt>
            <dd>{exactText(one.withdrawnAt)}</dd>
          </div>
        )}
        {one.shredsAt === undefined ? null : (
          <div>
            <dt>{t('req.shreds')}</dt>
            <dd>{dayText(dayOf(one.shredsAt))}</dd>
          </div>
        )}
        {one.shreddedAt === undefined ? null : (
          <div>
            <dt>{t('req.shredded')}</dt>
            <dd>
              {exactText(one.shreddedAt)}
              <br />
              {t('req.shredded.text')}
            </dd>
          </div>
        )}
        {one.roundId === undefined || !officer ? null : (
          <div>
            <dt>{t('req.round')}</dt>
            <dd>
              <Link to="/nhu-cau/$id" params={{ id: one.roundId }}>
                {t('needs.open-round')}
              </Link>
            </dd>
          </div>
        )}
        <div>
          <dt>{t('req.sealed')}</dt>
          <dd>
            {t(`req.sealed.${one.sealedBy ?? (one.leader === undefined ? 'nobody' : 'half')}`)}
            {one.leader === undefined ? null : (
              <>
                <br />
                {t('req.sealed.leader', { name: one.leader.signer, at: exactText(one.leader.at) })}
              </>
            )}
          </dd>
        </div>
        <div>
          <dt>{t('req.hash')}</dt>
          <dd className="mono">{one.sha256}</dd>
        </div>
      </dl>
    </>
  );
}

function Acts({ one, officer }: { readonly one: IssuerRequest; readonly officer: boolean }) {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const navigate = useNavigate();
  const connector = useConnectorName(one.connector);
  const [checking, setChecking] = useState<'send' | 'withdraw'>();
  const [sent, setSent] = useState<number>();
  const refresh = (): void => {
    for (const key of [
      'issuer-requests',
      'issuer-request-items',
      'issuer-unmatched',
      'issuer-questions',
      'certificates',
      'certificate-tasks',
      'session',
    ])
      void client.invalidateQueries({ queryKey: [key] });
  };
  const send = useMutation({
    mutationFn: () =>
      call(issuerRoutes.send, { params: { id: one.id }, body: one.sealedBy === undefined ? { byInstallation: true } : {} }),
    onSuccess: (changed) => {
      client.setQueryData(requestQuery(one.id).queryKey, changed);
      setChecking(undefined);
      refresh();
    },
  });
  const withdraw = useMutation({
    mutationFn: () => call(issuerRoutes.withdraw, { params: { id: one.id } }),
    onSuccess: () => {
      refresh();
      void navigate({ to: '/ho-so-cap' });
    },
  });
  const results = useMutation({
    mutationFn: (file: File) => sendFile(issuerRoutes.results, { params: { id: one.id }, file, progress: setSent }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['issuer-request', one.id] });
      refresh();
    },
    onSettled: () => setSent(undefined),
  });
  const failed = send.error ?? withdraw.error;
  const problem = failed === null ? undefined : problemText(failed, lang);
  const carrying = one.state === 'to-carry';
  const unsigned = one.state === 'prepared' && one.sealedBy === undefined;
  return (
    <>
      <section className="side-form boxed">
        <h2>{t('cert.what-now')}</h2>
        {officer && (one.state === 'prepared' || carrying) ? (
          <Button
            wide
            {...(unsigned ? {} : { kind: 'primary' as const })}
            icon="out"
            why={unsigned && !one.byInstallation ? t('req.send.unsigned.why') : undefined}
            onClick={() => setChecking('send')}
          >
            {t(carrying ? 'req.carried' : unsigned && one.byInstallation ? 'req.send.unsigned' : 'req.send')}
          </Button>
        ) : null}
        {one.shreddedAt === undefined ? (
          <a
            className="button wide"
            href={addressOf(issuerRoutes.print, { params: { id: one.id } })}
            target="_blank"
            rel="noreferrer"
          >
            <Icon name="print" size={18} /> {t('req.print')}
          </a>
        ) : null}
        {officer && one.sealedBy !== undefined && one.shreddedAt === undefined ? (
          <a className="button wide" href={addressOf(issuerRoutes.archive, { params: { id: one.id } })} download>
            <Icon name="download" size={18} /> {t('req.archive')}
          </a>
        ) : null}
        {officer && (one.state === 'prepared' || carrying) ? (
          <Button wide kind="quiet" onClick={() => setChecking('withdraw')}>
            {t('req.withdraw')}
          </Button>
        ) : null}
      </section>
      {one.capabilities.transport === 'files' && (one.state === 'sent' || carrying || results.data !== undefined) ? (
        <section className="side-form boxed">
          <h2>{t('req.results')}</h2>
          {results.error === null ? null : <Failure error={results.error} />}
          {/* The last result may finish the request: what became of it is said all the same. */}
          {one.state === 'sent' || carrying ? (
            <FileDrop
              label={t('import.choose')}
              hint={t('req.results.hint')}
              accept=".zip"
              sent={sent}
              onFile={(file) => results.mutate(file)}
            />
          ) : null}
          {results.data === undefined ? null : (
            <p role="status">
              {t('req.results.done', {
                applied: results.data.applied,
                repeated: results.data.repeated,
                unmatched: results.data.unmatched.length,
              })}
            </p>
          )}
        </section>
      ) : null}
      <Dialog
        title={checking === 'withdraw' ? t('req.withdraw') : t('req.send.check')}
        open={checking !== undefined}
        onClose={() => setChecking(undefined)}
      >
        {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
        <p>
          {checking === 'withdraw'
            ? t('req.withdraw.text')
            : t('req.send.text', { n: one.items.toLocaleString(lang), connector })}
        </p>
        {checking === 'send' && unsigned ? <p className="note amber">{t('req.send.unsigned.text')}</p> : null}
        {checking === 'send' ? (
          <p className="hint">
            {t('req.hash')}: <span className="mono">{one.sha256}</span>
          </p>
        ) : null}
        <div className="actions">
          <Button
            kind={checking === 'withdraw' ? 'danger' : 'primary'}
            busy={send.isPending || withdraw.isPending}
            onClick={() => (checking === 'withdraw' ? withdraw.mutate() : send.mutate())}
          >
            {checking === 'withdraw' ? t('req.withdraw') : t(carrying ? 'req.carried' : 'req.send')}
          </Button>
          <Button onClick={() => setChecking(undefined)}>{t('cancel')}</Button>
        </div>
      </Dialog>
    </>
  );
}

function Items({ id, officer }: { readonly id: string; readonly officer: boolean }) {
  const { t } = useSpeech();
  const search = useSearch({ from: '/ho-so-cap/$id' });
  const navigate = useNavigate({ from: '/ho-so-cap/$id' });
  const state = ItemState.safeParse(search.state).data;
  const items = useInfiniteQuery({ ...requestItemsQuery(id, state), refetchInterval: 10_000 });
  return (
    <section className="block">
      <div className="list-tools">
        <h2>{t('req.list')}</h2>
        <select
          className="input no-print"
          aria-label={t('req.item.state')}
          value={state ?? ''}
          onChange={(event) => void navigate({ search: event.target.value === '' ? {} : { state: event.target.value } })}
        >
          <option value="">{t('req.all-items')}</option>
          {ItemState.options.map((one) => (
            <option key={one} value={one}>
              {t(`item.${one}`)}
            </option>
          ))}
        </select>
      </div>
      <KeyedList query={items} items={(page) => page.items} empty={<Empty title={t('cert.none')} />}>
        {(rows) => (
          <div className="table-wrap certificate-wrap" tabIndex={0} role="region" aria-label={t('req.list')}>
            <table className="table list">
              <thead>
                <tr>
                  <th scope="col" className="right">
                    #
                  </th>
                  <th scope="col">{t('req.item.name')}</th>
                  <th scope="col">{t('cert.agency')}</th>
                  <th scope="col">{t('req.item.act')}</th>
                  <th scope="col">{t('req.item.state')}</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((item) => (
                  <tr key={item.id}>
                    <td className="right num">{item.ordinal}</td>
                    <td className="subject">
                      {item.certificateId === undefined || !officer ? (
                        item.name
                      ) : (
                        <Link to="/chung-thu-so/$id" params={{ id: item.certificateId }} className="row-link" data-row="">
                          {item.name}
                        </Link>
                      )}
                    </td>
                    <td>{shortAgency(item.agencyName)}</td>
                    <td>{t(`cert.act.${item.act}`)}</td>
                    <td className="tags">
                      <ItemTag state={item.state} />
                      {item.text === undefined ? null : <small>{item.text}</small>}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </KeyedList>
    </section>
  );
}
