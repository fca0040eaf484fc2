import type { ReactNode } from 'react';

/** Grey lines where text will be; shown only after 100 ms. */
export function Skeleton({ lines = 5, label }: { readonly lines?: number; readonly label: string }) {
  const widths = ['w1', 'w2', 'w3', 'w4'];
  return (
    <div className="skeleton" role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} className={widths[index % widths.length]} />
      ))}
    </div>
  );
}

/** Nothing here, and what to do about it. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="empty">
      <strong>{title}</strong>
      {children}
    </div>
  );
}

/** A bar with words; `share` undefined means that nobody knows how long. */
export function Progress({ label, share }: { readonly label: string; readonly share?: number }) {
  return (
    <div>
      <div className="hint">{label}</div>
      <div
        className={share === undefined ? 'bar moving' : 'bar'}
        role="progressbar"
        aria-label={label}
        {...(share === undefined ? {} : { 'aria-valuenow': Math.round(share * 100), 'aria-valuemin': 0, 'aria-valuemax': 100 })}
      >
        <i style={share === undefined ? undefined : { transform: `scaleX(${share})` }} />
      </div>
    </div>
  );
}
