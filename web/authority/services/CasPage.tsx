import '../words.ts';
import { useQuery } from '@tanstack/react-query';
import type { CaGeneration } from '@antin/protocol/authority/operation';
import type { IconName } from '../../ui/Icon.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Tag, type Tone } from '../../ui/Tag.tsx';
import { dayOf, dayText, instantText } from '../../i18n/dates.ts';
import { Pending } from '../../staff/Pending.tsx';
import { ValidityBar } from '../certificates/CertificatePage.tsx';
import { commonName } from '../common-name.ts';
import { useSpeech } from '../speech.ts';
import { casQuery } from './queries.ts';
import { spanText } from './span.ts';

const DAY = 86_400_000;
const tags: Readonly<Record<CaGeneration['state'], readonly [Tone, IconName]>> = {
  prepared: ['amber', 'clock'],
  active: ['green', 'check'],
  'status-only': ['ink', 'clock'],
  retired: ['plain', 'close'],
};

/** CAs by series, newest generation first: key, validity, what each still signs, lists and links. */
export function CasPage() {
  const { t, code } = useSpeech();
  const cas = useQuery(casQuery);
  const series = Map.groupBy(cas.data?.items ?? [], (one) => one.series);
  return (
    <div className="page wide-list">
      <header className="page-head">
        <h1>{t('place.cas')}</h1>
        <p className="hint">{t('cas.lead')}</p>
      </header>
      {cas.data === undefined ? <Pending query={cas} lines={8} /> : null}
      {[...series].map(([name, generations]) => (
        <section key={name} className="ca-series" aria-labelledby={`series-${name}`}>
          <h2 id={`series-${name}`}>{code('cas.series', name, name)}</h2>
          {generations.map((one) => (
            <Generation key={one.sha256} one={one} />
          ))}
        </section>
      ))}
    </div>
  );
}

function Generation({ one }: { readonly one: CaGeneration }) {
  const { t, code, lang } = useSpeech();
  const now = Date.now();
  const days = Math.round((Date.parse(one.notAfter) - Date.parse(one.notBefore)) / DAY);
  const left = Math.ceil((Date.parse(one.notAfter) - now) / DAY);
  const root = one.parent === undefined;
  const until = dayText(dayOf(one.lastNeeded ?? one.notAfter));
  const { list, shards } = one;
  return (
    <article className="ca">
      <header className="ca-head">
        <h3>
          {commonName(one.subject)} <small>{t('cas.generation', { n: one.generation })}</small>
        </h3>
        <Tag
          tone={tags[one.state][0]}
          icon={tags[one.state][1]}
          text={t(root && one.state === 'active' ? 'cas.active.root' : `cas.${one.state}`)}
        />
      </header>
      <dl className="facts">
        <Fact label={t('cas.signs')}>{t(`cas.signs.${one.state}`, { day: until })}</Fact>
        <Fact label={t('cas.validity')}>
          <span className="num">
            {dayText(dayOf(one.notBefore))} – {dayText(dayOf(one.notAfter))},{' '}
            {left <= 0 ? t('cas.ended') : t('cas.validity.left', { left: spanText(t, left * DAY) })}
          </span>
          <ValidityBar days={days} left={left} />
        </Fact>
        <Fact label={t('cas.key')}>
          {one.keyKind} <small className="mono">{one.keyId}</small>
        </Fact>
        <Fact label={t('cas.parent')}>{one.parent ?? t('cas.self')}</Fact>
        {one.profiles.length === 0 ? null : (
          <Fact label={t('cas.profiles')}>{one.profiles.map((profile) => code('profile', profile, profile)).join('; ')}</Fact>
        )}
        <Fact label={t('cas.in-force')}>
          {one.inForce === 0 ? '0' : t('cas.in-force.n', { n: one.inForce.toLocaleString(lang), day: until })}
        </Fact>
        {list === undefined ? null : (
          <Fact label={t('cas.list')}>
            {list.number === undefined || list.nextUpdate === undefined ? (
              <strong className="overdue">{t('cas.list.none')}</strong>
            ) : (
              <>
                {t('cas.list.n', { n: list.number, entries: list.entries.toLocaleString(lang) })}
                <small className={Date.parse(list.nextUpdate) <= now ? 'overdue' : ''}>
                  {t('cas.list.next', { build: instantText(list.buildAt), until: instantText(list.nextUpdate) })}
                </small>
              </>
            )}
            {list.failed === undefined ? null : <small className="overdue">{t('cas.list.failed', { why: list.failed })}</small>}
            {shards.count === 0 ? null : (
              <small className={shards.nextUpdate !== undefined && Date.parse(shards.nextUpdate) <= now ? 'overdue' : ''}>
                {t('cas.shards', {
                  n: shards.count.toLocaleString(lang),
                  until: shards.nextUpdate === undefined ? '–' : instantText(shards.nextUpdate),
                })}
              </small>
            )}
          </Fact>
        )}
        {one.links.length === 0 ? null : (
          <Fact label={t('cas.links')}>
            {one.links.map((link) => (
              <span key={link.other + link.kind} className="ca-link">
                {t(`cas.link.${link.kind}`, { other: link.other })}{' '}
                <a
                  className="no-print"
                  href={`data:application/pkix-cert;base64,${link.der}`}
                  download={`${one.name}-${link.other}-${link.kind}.crt`}
                >
                  .crt
                </a>
              </span>
            ))}
          </Fact>
        )}
      </dl>
      <p className="ca-files no-print">
        {one.activatedAt === undefined ? null : <small>{t('cas.since', { day: dayText(dayOf(one.activatedAt)) })}</small>}
        {one.supersededAt === undefined ? null : <small>{t('cas.superseded', { day: dayText(dayOf(one.supersededAt)) })}</small>}
        <a href={`/authority/ca/${one.name}.crt`} download>
          <Icon name="download" size={16} /> {t('cas.cert')}
        </a>
        {list?.number === undefined ? null : (
          <a href={`/authority/crl/${one.name}.crl`} download>
            <Icon name="download" size={16} /> {t('cas.crl')}
          </a>
        )}
      </p>
    </article>
  );
}

function Fact({ label, children }: { readonly label: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
