import { Link } from '@tanstack/react-router';
import { Empty } from '../../ui/Waiting.tsx';
import { useSpeech } from '../data/language.tsx';

export function Missing() {
  const { t } = useSpeech();
  return (
    <div className="page">
      <Empty title={t('missing.title')}>
        <p>{t('missing.text')}</p>
        <Link to="/">{t('place.home')}</Link>
      </Empty>
    </div>
  );
}
