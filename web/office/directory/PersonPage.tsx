import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { directoryUpkeepRoutes } from '@antin/protocol/office/directory-upkeep';
import { Button } from '../../ui/Button.tsx';
import { Tag } from '../../ui/Tag.tsx';
import { dayOf, dayText } from '../../i18n/dates.ts';
import { call, type AnswerOf } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { Pending } from '../../staff/Pending.tsx';
import { personQuery } from '../data/upkeep-queries.ts';
import { useSession } from '../data/session-query.ts';
import { Expiry } from '../certificates/Expiry.tsx';
import { Authorities } from './Authorities.tsx';
import { AuthorityForm } from './AuthorityForm.tsx';
import { EndDialog } from './EndDialog.tsx';
import { PasswordDialog } from './PasswordDialog.tsx';
import { PersonEdit } from './PersonEdit.tsx';
import { PersonForm } from './PersonForm.tsx';

type Person = AnswerOf<typeof directoryUpkeepRoutes.person>;
type Held = Person['positions'][number];

/** A person: positions past, present and to come, authority, certificates, and what a request would still need. */
export function PersonPage() {
  const { id } = useParams({ from: '/can-bo/$id' });
  const person = useQuery(personQuery(id));
  if (person.data === undefined) {
    return (
      <div className="page">
        <Pending query={person} lines={8} />
      </div>
    );
  }
  return <OnePerson key={id} person={person.data} />;
}

function OnePerson({ person }: { readonly person: Person }) {
  const { t } = useSpeech();
  const [form, setForm] = useState<'edit' | 'position' | 'password'>();
  const session = useSession();
  const today = dayOf(Date.now());
  const first = person.positions.find((held) => held.validTo === null || held.validTo > today) ?? person.positions[0];
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <p className="crumbs no-print">
            <Link to="/co-quan">{t('dir.title')}</Link>
            {first === undefined ? null : (
              <>
                {' › '}
                <Link to="/co-quan/$id" params={{ id: first.agencyId }} search={{ tab: 'people' }}>
                  {first.agencyName}
                </Link>
              </>
            )}
          </p>
          <h1>{person.fullName}</h1>
        </div>
        {person.mayEdit && (form === undefined || form === 'password') ? (
          <div className="actions no-print">
            <Button icon="pen" onClick={() => setForm('edit')}>
              {t('person.edit')}
            </Button>
            <Button icon="plus" onClick={() => setForm('position')}>
              {t('person.add-position')}
            </Button>
            {person.id === session.personId ? null : (
              <Button icon="key" onClick={() => setForm('password')}>
                {t(person.canSignIn ? 'person.password.renew' : 'person.password.first')}
              </Button>
            )}
          </div>
        ) : null}
      </header>
      {person.missing.length === 0 ? null : (
        <p className="note amber">
          {t('person.missing', { what: person.missing.map((name) => t(`person.missing.${name}`)).join(', ') })}
        </p>
      )}
      {form === 'edit' ? <PersonEdit person={person} onClose={() => setForm(undefined)} /> : null}
      {form === 'position' && first !== undefined ? (
        <PersonForm
          agency={{ id: first.agencyId, name: first.agencyName }}
          personId={person.id}
          onClose={() => setForm(undefined)}
        />
      ) : null}
      {form === 'password' ? <PasswordDialog person={person} onClose={() => setForm(undefined)} /> : null}
      <dl className="facts pairs">
        {(
          [
            [t('person.sign-in'), person.canSignIn ? person.signInName : `${person.signInName} (${t('person.password.none')})`],
            [t('cert.detail.mail'), person.mail],
            [t('cert.detail.phone'), person.phone],
            [
              t('person.citizen'),
              person.citizenLast4 === null ? null : t('person.citizen.hidden', { last4: person.citizenLast4 }),
            ],
            [t('person.birth'), person.birthDay === null ? null : dayText(person.birthDay)],
          ] as const
        ).map(([label, value]) =>
          value === null ? null : (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
      <section className="block">
        <h2>{t('person.positions')}</h2>
        <ul className="lined">
          {person.positions.map((held) => (
            <Position key={held.id} held={held} mayEdit={person.mayEdit} personId={person.id} />
          ))}
        </ul>
      </section>
      {person.certificates.length === 0 ? null : (
        <section className="block">
          <h2>{t('person.certificates')}</h2>
          <ul className="lined">
            {person.certificates.map((one) => (
              <li key={one.sha256}>
                <div>
                  <strong>{one.subject}</strong>
                  <small className="mono">{one.serialHex}</small>
                  <Expiry notBefore={one.notBefore} notAfter={one.notAfter} />
                </div>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function Position({ held, mayEdit, personId }: { readonly held: Held; readonly mayEdit: boolean; readonly personId: string }) {
  const { t } = useSpeech();
  const client = useQueryClient();
  const today = dayOf(Date.now());
  const [open, setOpen] = useState<'end' | 'authority'>();
  const over = held.validTo !== null && held.validTo <= today;
  return (
    <li className={over ? 'past position-line' : 'position-line'}>
      <div>
        <strong>{[held.title, held.unit].filter(Boolean).join(', ')}</strong>
        <small>
          <Link to="/co-quan/$id" params={{ id: held.agencyId }}>
            {held.agencyName}
          </Link>{' '}
          · {t('dir.from', { day: dayText(held.validFrom) })}
          {held.validTo === null ? '' : ` ${t('dir.until', { day: dayText(held.validTo) })}`}
          {held.grounds === null
            ? ''
            : ` · ${t('change.grounds', { number: held.grounds.number, day: dayText(held.grounds.date) })}`}
        </small>
      </div>
      <span className="role-tags">
        {held.capacity === '' ? null : <Tag text={held.capacity} />}
        {held.roles.map((role) => (
          <Tag key={role} text={t(`role.${role}`)} />
        ))}
      </span>
      {mayEdit && !over ? (
        <div className="actions no-print">
          <Button small onClick={() => setOpen('authority')}>
            {t('person.add-authority')}
          </Button>
          {held.validTo === null ? (
            <Button small onClick={() => setOpen('end')}>
              {t('person.end-position')}
            </Button>
          ) : null}
        </div>
      ) : null}
      <Authorities authorities={held.authorities} mayEdit={mayEdit} />
      {open === 'authority' ? <AuthorityForm held={held} onClose={() => setOpen(undefined)} /> : null}
      {open === 'end' ? (
        <EndDialog
          title={t('person.end-position.title', { title: held.title })}
          button={t('person.end-position')}
          end={(validTo) => call(directoryUpkeepRoutes.endPosition, { params: { id: held.id }, body: { validTo } })}
          onClose={() => setOpen(undefined)}
          onEnded={() => {
            setOpen(undefined);
            void client.invalidateQueries({ queryKey: ['directory-person', personId] });
          }}
        />
      ) : null}
    </li>
  );
}
