import { Link, useLocation } from '@tanstack/react-router';
import { useState } from 'react';
import { Icon } from '../../ui/Icon.tsx';

export interface SubPlacesProps {
  readonly label: string;
  /** Address and words of each page, in their order. */
  readonly pages: readonly (readonly [string, string])[];
}

/**
 * Between the pages of one place: a row that wraps, so that none is ever out of sight. On a phone one line that names where
 * I am and opens the others.
 */
export function SubPlaces({ label, pages }: SubPlacesProps) {
  const { pathname } = useLocation();
  const [open, setOpen] = useState(false);
  const here = pages.find(([to]) => pathname.endsWith(to));
  return (
    <nav className={open ? 'sub-places open no-print' : 'sub-places no-print'} aria-label={label}>
      <button type="button" className="sub-places-here" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span>{here?.[1] ?? label}</span>
        <Icon name={open ? 'close' : 'down'} size={18} />
      </button>
      <div className="sub-places-list">
        {pages.map(([to, text]) => (
          <Link
            key={to}
            to={to}
            activeOptions={{ exact: true, includeSearch: false }}
            activeProps={{ 'aria-current': 'page' }}
            onClick={() => setOpen(false)}
          >
            {text}
          </Link>
        ))}
      </div>
    </nav>
  );
}
