const drawings = {
  inbox: 'M3 13l3-8h12l3 8v6H3v-6h5l1.5 3h5L16 13h5',
  out: 'M4 4h10l6 6v10H4zM14 4v6h6M12 18v-6m-2.5 2.5L12 12l2.5 2.5',
  in: 'M4 4h10l6 6v10H4zM14 4v6h6M12 12v6m-2.5-2.5L12 18l2.5-2.5',
  book: 'M5 4h13v16H6.5A1.5 1.5 0 0 1 5 18.5zM5 18.5A1.5 1.5 0 0 1 6.5 17H18M9 8h5',
  key: 'M12 12.5a4.25 4.25 0 1 1-8.5 0 4.25 4.25 0 0 1 8.5 0zM12 12.5h8.5v3.5M17 12.5v2.5',
  check: 'M5 12.5l4.5 4.5L19 7',
  search: 'M10.5 17a6.5 6.5 0 1 1 0-13 6.5 6.5 0 0 1 0 13zM15.5 15.5L20 20',
  plus: 'M12 5v14M5 12h14',
  pen: 'M4 20l1-4L16.5 4.5l3 3L8 19zM14 7l3 3',
  seal: 'M12 3.5a6 6 0 1 1 0 12 6 6 0 0 1 0-12zM9 15l-1 6 4-2 4 2-1-6M12 7.5v4M10 9.5h4',
  help: 'M9.2 9.2a2.8 2.8 0 1 1 4.3 2.3c-1 .7-1.5 1.2-1.5 2.5M12 17.2v.1M12 21a9 9 0 1 1 0-18 9 9 0 0 1 0 18z',
  person: 'M12 11.5a4 4 0 1 1 0-8 4 4 0 0 1 0 8zM4.5 20.5c.6-4 3.6-6 7.5-6s6.9 2 7.5 6',
  close: 'M6 6l12 12M18 6L6 18',
  down: 'M6 9l6 6 6-6',
  left: 'M15 5l-7 7 7 7',
  right: 'M9 5l7 7-7 7',
  file: 'M6 3h8l5 5v13H6zM14 3v5h5',
  download: 'M12 4v11m-4.5-4.5L12 15l4.5-4.5M5 20h14',
  print: 'M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z',
  clock: 'M12 21a9 9 0 1 1 0-18 9 9 0 0 1 0 18zM12 7v5.5l3.5 2',
  warn: 'M12 4l9 16H3zM12 10v4.5M12 17.2v.1',
  bad: 'M12 21a9 9 0 1 1 0-18 9 9 0 0 1 0 18zM8.5 8.5l7 7M15.5 8.5l-7 7',
  good: 'M12 3l7.5 3v5.5c0 4.5-3 7.8-7.5 9.5-4.5-1.7-7.5-5-7.5-9.5V6zM8.5 12l2.5 2.5 4.5-5',
  unsigned: 'M6 3h8l5 5v13H6zM14 3v5h5M9 17l6-6M15 17l-6-6',
  back: 'M9 6l-5 5 5 5M4 11h10a6 6 0 0 1 6 6v1',
  move: 'M12 3v18M3 12h18M9.5 5.5L12 3l2.5 2.5M9.5 18.5L12 21l2.5-2.5M5.5 9.5L3 12l2.5 2.5M18.5 9.5L21 12l-2.5 2.5',
  out_door: 'M14 4h6v16h-6M3 12h12m-4-4l4 4-4 4',
  building: 'M4 21V8l8-5 8 5v13M4 21h16M9 21v-5h6v5M8.5 11h.1M12 11h.1M15.5 11h.1',
  calendar: 'M5 6h14v14H5zM5 10h14M9 3v4M15 3v4',
  menu: 'M4 7h16M4 12h16M4 17h16',
} as const;

export type IconName = keyof typeof drawings;

/** A line icon; always beside a word, so hidden from assistive technology. */
export function Icon({ name, size = 20 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={size > 28 ? 1.5 : 1.75}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={drawings[name]} />
    </svg>
  );
}
