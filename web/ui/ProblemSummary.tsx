import { useEffect, useRef } from 'react';

export interface ProblemLine {
  readonly text: string;
  /** Id of the control to go to. */
  readonly field?: string | undefined;
}

export interface ProblemSummaryProps {
  readonly title: string;
  readonly lines: readonly ProblemLine[];
  readonly remedy?: string | undefined;
  /** Counts the tries: the summary takes the focus with each, and not while somebody types. */
  readonly attempt?: number;
}

/** What is wrong, on top, each line a link to its field; takes the focus when it appears. */
export function ProblemSummary({ title, lines, remedy, attempt }: ProblemSummaryProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), [attempt, title]);
  return (
    <div ref={box} className="problem-summary" role="alert" tabIndex={-1}>
      <h2>{title}</h2>
      {lines.length === 0 ? null : (
        <ul>
          {lines.map((line) => (
            <li key={line.text}>
              {line.field === undefined ? (
                line.text
              ) : (
                <a
                  href={`#${line.field}`}
                  onClick={(event) => {
                    event.preventDefault();
                    const target = document.getElementById(line.field ?? '');
                    target?.focus();
                    target?.scrollIntoView({ block: 'center' });
                  }}
                >
                  {line.text}
                </a>
              )}
            </li>
          ))}
        </ul>
      )}
      {remedy === undefined ? null : <p>{remedy}</p>}
    </div>
  );
}
