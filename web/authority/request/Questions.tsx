import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { registrationRoutes } from '@antin/protocol/authority/registration';
import { Button } from '../../ui/Button.tsx';
import { Field } from '../../ui/Field.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { Empty } from '../../ui/Waiting.tsx';
import { instantText } from '../../i18n/dates.ts';
import { call } from '../../staff/client.ts';
import { problemText } from '../../staff/problem-lines.ts';
import { useSpeech } from '../speech.ts';
import { requestQuery, type Detail } from './queries.ts';

/** Questions to the sender; while one is open the clock stands still. */
export function Questions({ detail }: { readonly detail: Detail }) {
  const { t } = useSpeech();
  const { id, state } = detail.row;
  const may = (act: 'ask' | 'answer') => detail.may.includes(act);
  return (
    <div className="questions">
      {detail.shown.questions.length === 0 ? (
        <Empty title={t('question.none')}>
          <p>{t('question.none.text')}</p>
        </Empty>
      ) : (
        <ol className="question-list">
          {detail.shown.questions.map((one) => (
            <li key={one.id}>
              <p>
                <strong>{one.text}</strong>
                <small>
                  {one.askedBy.fullName} · {instantText(one.askedAt)}
                </small>
              </p>
              {one.answer === undefined ? (
                may('answer') ? (
                  <TextForm
                    id={id}
                    label={t('question.answer')}
                    hint={t('question.answer.hint')}
                    act={t('question.answer.do')}
                    send={(text) => call(registrationRoutes.answer, { params: { id, questionId: one.id }, body: { text } })}
                  />
                ) : (
                  <p className="waits">{t('question.waits')}</p>
                )
              ) : (
                <p className="answer">
                  {one.answer}
                  <small>{one.answeredAt === undefined ? '' : instantText(one.answeredAt)}</small>
                </p>
              )}
            </li>
          ))}
        </ol>
      )}
      {may('ask') ? (
        <div className="boxed-form">
          {state === 'proposed' ? <p className="note amber">{t('voids')}</p> : null}
          <TextForm
            id={id}
            label={t('question.ask')}
            hint={t('question.ask.hint')}
            act={t('question.ask.do')}
            send={(text) => call(registrationRoutes.ask, { params: { id }, body: { text } })}
          />
        </div>
      ) : null}
    </div>
  );
}

interface TextFormProps {
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  readonly act: string;
  readonly send: (text: string) => Promise<Detail>;
}

function TextForm({ id, label, hint, act, send }: TextFormProps) {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const [text, setText] = useState('');
  const [tried, setTried] = useState(false);
  const sending = useMutation({
    mutationFn: () => send(text.trim()),
    onSuccess: (fresh) => {
      client.setQueryData(requestQuery(id).queryKey, fresh);
      setText('');
      setTried(false);
    },
  });
  const problem = sending.error === null ? undefined : problemText(sending.error, lang);
  return (
    <form
      className="side-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (text.trim() !== '') sending.mutate();
      }}
    >
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      <Field label={label} hint={hint} error={tried && text.trim() === '' ? t('question.empty') : undefined}>
        {(attributes) => (
          <textarea {...attributes} rows={3} maxLength={2000} value={text} onChange={(event) => setText(event.target.value)} />
        )}
      </Field>
      <div>
        <Button type="submit" busy={sending.isPending}>
          {act}
        </Button>
      </div>
    </form>
  );
}
