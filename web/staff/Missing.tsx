import { Link } from '@tanstack/react-router';
import { useSpeech } from './language.tsx';

export function Missing() {
  const { t } = useSpeech();
  return (
    <div className="page">
      <h1>{t('missing.title')}</h1>
      <p>{t('missing.text')}</p>
      <p>
        <Link to="/" className="button">
          {t('place.home')}
        </Link>
      </p>
    </div>
  );
}
