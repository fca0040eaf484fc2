import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { issuerRoutes, type IssuerQuestion } from '@antin/protocol/office/issuers';
import type { z } from 'zod';
import { Button } from '../../ui/Button.tsx';
import { Field } from '../../ui/Field.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { instantText } from '../../i18n/dates.ts';
import { call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { questionsQuery } from '../data/issuer-queries.ts';

/** What the issuer asks back, with a place for the answer. Nothing is shown when nothing is asked. */
export function Questions() {
  const { t } = useSpeech();
  const questions = useInfiniteQuery(questionsQuery);
  const open = questions.data?.pages.flatMap((page) => page.items) ?? [];
  if (open.length === 0) return null;
  return (
    <section className="block">
      <h2>
        {t('q.title')} <span className="count num">{open.length}</span>
      </h2>
      {open.map((one) => (
        <Question key={one.id} one={one} />
      ))}
      {questions.hasNextPage ? (
        <Button small onClick={() => void questions.fetchNextPage()}>
          {t('keyed.more')}
        </Button>
      ) : null}
    </section>
  );
}

function Question({ one }: { readonly one: z.infer<typeof IssuerQuestion> }) {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const [text, setText] = useState('');
  const [tried, setTried] = useState(false);
  const answer = useMutation({
    mutationFn: () => call(issuerRoutes.answer, { params: { id: one.id }, body: { text: text.trim() } }),
    onSuccess: () => {
      for (const key of ['issuer-questions', 'issuer-request', 'issuer-request-items', 'certificate-tasks', 'session'])
        void client.invalidateQueries({ queryKey: [key] });
    },
  });
  const problem = answer.error === null ? undefined : problemText(answer.error, lang);
  return (
    <form
      className="side-form boxed"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (text.trim() !== '') answer.mutate();
      }}
    >
      <div>
        <strong>{one.name}</strong>
        <small className="line">
          {one.agencyName} · {instantText(one.askedAt)}
        </small>
        <p>{one.text}</p>
      </div>
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      <Field label={t('q.answer')} error={tried && text.trim() === '' ? t('q.answer.error') : undefined}>
        {(attributes) => (
          <textarea {...attributes} rows={2} maxLength={2000} value={text} onChange={(event) => setText(event.target.value)} />
        )}
      </Field>
      <div className="actions">
        <Button type="submit" kind="primary" busy={answer.isPending}>
          {t('q.send')}
        </Button>
      </div>
    </form>
  );
}
