/** The mark: a seal's square with the stroke of a brush in it, in ink. */
export function Mark({ size = 28 }: { readonly size?: number }) {
  return (
    <svg className="mark" viewBox="0 0 32 32" width={size} height={size} aria-hidden="true">
      <rect x="2.5" y="2.5" width="27" height="27" rx="4" fill="none" stroke="currentColor" strokeWidth="2.4" />
      <path
        d="M9 23 16 8l7 15M11.6 18.2h8.8"
        fill="none"
        stroke="currentColor"
        strokeWidth="2.6"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
