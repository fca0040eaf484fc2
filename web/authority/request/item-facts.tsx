import type { ReactNode } from 'react';
import { dayText, instantText } from '../../i18n/dates.ts';
import { commonName } from '../common-name.ts';
import { useSpeech } from '../speech.ts';
import type { Item, Shown } from './queries.ts';

/** A label and what stands beside it. */
export type Fact = readonly [label: string, value: ReactNode];

/** Everything that one item asks for, in the order of the paper forms. */
export function useItemFacts(item: Item, holder?: Shown['holder']): Fact[] {
  const { t, lang } = useSpeech();
  const facts: Fact[] = [[t('item.act'), t(`act.${item.act}`)]];
  const put = (label: string, value: ReactNode): void => {
    if (value !== undefined && value !== '') facts.push([label, value]);
  };
  if (item.act === 'new' || item.act === 'change') {
    const { subject } = item;
    put(t('item.form'), t('filter.form.n', { n: subject.form, what: t(`form.${subject.form}`) }));
    if (subject.form === '01') {
      put(t('item.full-name'), <strong>{subject.fullName}</strong>);
      put(t('item.citizen-number'), <span className="num">{subject.citizenNumber}</span>);
      if (subject.birthDay !== undefined) put(t('item.birth-day'), dayText(subject.birthDay));
      put(t('item.title'), subject.title);
      put(t('item.unit'), subject.unit);
      put(t('item.mail'), subject.mail);
      put(t('item.phone'), <span className="num">{subject.phone}</span>);
    } else {
      put(t(subject.form === '02' ? 'item.organisation' : 'item.device-name'), <strong>{subject.name}</strong>);
      if (subject.form === '02') {
        put(t('item.code'), subject.code);
        put(t('item.address'), subject.address);
        put(t('item.founded-by'), subject.foundedBy);
      } else {
        put(t('item.use'), t(`use.${subject.use}`));
        put(t('item.host-names'), subject.hostNames.join(', '));
        put(t('item.owner'), subject.owner);
      }
      const { keeper } = subject;
      put(
        t('item.keeper'),
        <>
          {keeper.fullName}, {keeper.title}
          <small className="num">
            {'citizenNumber' in keeper ? `${keeper.citizenNumber} · ` : ''}
            {keeper.mail} · {keeper.phone}
          </small>
        </>,
      );
    }
    put(t('item.device'), t(`holder.${item.device}`));
    if (item.csr !== undefined) put(t('item.csr'), t('item.csr.text', { n: Math.ceil((item.csr.length * 3) / 4) }));
  }
  if (item.act === 'new' && item.validityYears !== undefined) put(t('item.years'), item.validityYears.toLocaleString(lang));
  put(t('item.agency'), `${item.managingAgency.name} (${item.managingAgency.code}), ${item.managingAgency.place}`);
  if ('certificate' in item) {
    if (holder !== undefined) {
      put(t('item.holder'), <strong>{commonName(holder.subject)}</strong>);
      put(t('item.holder-subject'), holder.subject);
      if (holder.agency !== undefined) put(t('item.holder-agency'), `${holder.agency.name} (${holder.agency.code})`);
      put(t('item.holder-until'), instantText(holder.notAfter));
    }
    put(
      t('item.certificate'),
      <>
        <span className="mono">{item.certificate.serialHex}</span>
        <small className="mono">{item.certificate.issuerSha256}</small>
      </>,
    );
  }
  if (item.act === 'revoke') {
    put(t('item.cause'), <strong>{t(`cause.${item.cause}`)}</strong>);
    if (item.since !== undefined) put(t('item.since'), dayText(item.since));
  }
  if (item.act === 'recover-device') put(t('item.reason'), item.reason);
  return facts;
}
