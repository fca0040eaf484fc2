import { expect, test } from 'vitest';
import { openApi, routeTables } from './openapi.ts';

test('every row of every table is an operation with a summary and a unique id', () => {
  const document = openApi('0.1.0') as { paths: Record<string, Record<string, { operationId: string; summary: string }>> };
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  const rows = Object.values(routeTables).flatMap((table) => Object.values(table));
  expect(operations).toHaveLength(rows.length);
  expect(new Set(operations.map((one) => one.operationId)).size).toBe(rows.length);
  for (const one of operations) expect(one.summary).not.toBe('');
});

test('path parameters of the tables become parameters of the operation', () => {
  const document = openApi('0.1.0') as {
    paths: Record<string, Record<string, { parameters: { name: string; in: string; required: boolean }[] }>>;
  };
  const file = document.paths['/api/documents/{id}/files/{fileId}']?.['get'];
  expect(file?.parameters.map((one) => [one.name, one.in, one.required])).toEqual([
    ['id', 'path', true],
    ['fileId', 'path', true],
  ]);
});

test('the document is plain JSON', () => {
  expect(JSON.parse(JSON.stringify(openApi('0.1.0')))).toEqual(openApi('0.1.0'));
});

test('a route that takes several kinds of body and gives several kinds of answer says so', () => {
  interface Content {
    readonly content: Record<string, { readonly schema: Record<string, unknown> }>;
  }
  const document = openApi('0.1.0') as {
    paths: Record<
      string,
      Record<string, { requestBody: Content; responses: Record<string, Content>; parameters: { name: string }[] }>
    >;
  };
  const verify = document.paths['/api/verify']?.['post'];
  expect(Object.keys(verify?.requestBody.content ?? {})).toEqual([
    'application/octet-stream',
    'multipart/form-data',
    'application/json',
  ]);
  expect(verify?.requestBody.content['application/octet-stream']?.schema).toEqual({ type: 'string', format: 'binary' });
  expect(verify?.requestBody.content['application/json']?.schema).toMatchObject({ required: ['signature', 'digests'] });
  expect(Object.keys(verify?.responses['200']?.content ?? {})).toEqual([
    'application/json',
    'application/xml',
    'application/pdf',
  ]);
  expect(verify?.parameters.map((one) => one.name)).toEqual(['report', 'language', 'policy']);
});

test('an answer of JSON lines says so, with the shape of a line', () => {
  const document = openApi('0.1.0') as {
    paths: Record<string, Record<string, { responses: Record<string, { content: Record<string, { schema: object }> }> }>>;
  };
  const answer = document.paths['/api/verify/batch']?.['post']?.responses['200']?.content ?? {};
  expect(Object.keys(answer)).toEqual(['application/x-ndjson']);
  expect(answer['application/x-ndjson']?.schema).toHaveProperty('anyOf.length', 3);
});
