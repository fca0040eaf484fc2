import { z } from 'zod';
import { agentRoutes } from './agent/jobs.ts';
import { enrolmentRoutes } from './authority/enrolment.ts';
import { issuedRoutes } from './authority/issued.ts';
import { authorityJournalRoutes } from './authority/journal.ts';
import { officerRoutes } from './authority/officers.ts';
import { operationRoutes } from './authority/operation.ts';
import { registrationRoutes } from './authority/registration.ts';
import { reportRoutes } from './authority/reports.ts';
import { officerSessionRoutes } from './authority/session.ts';
import { statementRoutes } from './authority/statements.ts';
import { senderRoutes, submissionRoutes } from './authority/submissions.ts';
import { suspensionRoutes } from './authority/suspensions.ts';
import { certificateRoutes } from './office/certificates.ts';
import { deviceRoutes } from './office/devices.ts';
import { directoryRoutes } from './office/directory.ts';
import { directoryImportRoutes } from './office/directory-import.ts';
import { directoryUpkeepRoutes } from './office/directory-upkeep.ts';
import { documentRoutes } from './office/documents.ts';
import { incomingRoutes } from './office/incoming.ts';
import { issuerRoutes } from './office/issuers.ts';
import { officeJournalRoutes } from './office/journal.ts';
import { needsRoutes } from './office/needs.ts';
import { registerRoutes } from './office/registers.ts';
import { reorganisationRoutes } from './office/reorganisation.ts';
import { sessionRoutes } from './office/session.ts';
import { signingRoutes } from './office/signing.ts';
import { Problem } from './problem.ts';
import { certificateSearchRoutes } from './public/certificates.ts';
import { publicRoutes } from './public/verification.ts';
import type { Route } from './route.ts';

/** Every row of every table, by the tag it is listed under. */
export const routeTables: Readonly<Record<string, Readonly<Record<string, Route>>>> = {
  session: sessionRoutes as unknown as Record<string, Route>,
  directory: directoryRoutes as unknown as Record<string, Route>,
  directoryUpkeep: directoryUpkeepRoutes as unknown as Record<string, Route>,
  directoryImport: directoryImportRoutes as unknown as Record<string, Route>,
  reorganisation: reorganisationRoutes as unknown as Record<string, Route>,
  documents: documentRoutes as unknown as Record<string, Route>,
  signing: signingRoutes as unknown as Record<string, Route>,
  registers: registerRoutes as unknown as Record<string, Route>,
  incoming: incomingRoutes as unknown as Record<string, Route>,
  certificates: certificateRoutes as unknown as Record<string, Route>,
  issuers: issuerRoutes as unknown as Record<string, Route>,
  needs: needsRoutes as unknown as Record<string, Route>,
  devices: deviceRoutes as unknown as Record<string, Route>,
  journal: officeJournalRoutes as unknown as Record<string, Route>,
  agent: agentRoutes as unknown as Record<string, Route>,
  public: publicRoutes as unknown as Record<string, Route>,
  'certificate-search': certificateSearchRoutes as unknown as Record<string, Route>,
  'authority-session': officerSessionRoutes as unknown as Record<string, Route>,
  'authority-officers': officerRoutes as unknown as Record<string, Route>,
  'authority-requests': registrationRoutes as unknown as Record<string, Route>,
  'authority-submissions': submissionRoutes as unknown as Record<string, Route>,
  'authority-suspensions': suspensionRoutes as unknown as Record<string, Route>,
  'authority-statements': statementRoutes as unknown as Record<string, Route>,
  'authority-journal': authorityJournalRoutes as unknown as Record<string, Route>,
  'authority-machines': enrolmentRoutes as unknown as Record<string, Route>,
  'authority-certificates': issuedRoutes as unknown as Record<string, Route>,
  'authority-operation': operationRoutes as unknown as Record<string, Route>,
  'authority-reports': reportRoutes as unknown as Record<string, Route>,
  'authority-senders': senderRoutes as unknown as Record<string, Route>,
};

/**
 * OpenAPI 3.1 made from the same rows that the servers mount and the browser client calls, so that it cannot lie.
 *
 * @param version of this installation
 */
export function openApi(version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [tag, table] of Object.entries(routeTables)) {
    for (const [name, row] of Object.entries(table)) {
      const path = row.path.replace(/:([A-Za-z]+)/g, '{$1}');
      paths[path] = { ...paths[path], [row.method.toLowerCase()]: operation(tag, name, row) };
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Antin',
      version,
      description: 'Office, token agent and public verification of one installation.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: {
      securitySchemes: {
        person: { type: 'apiKey', in: 'cookie', name: 'antin_session' },
        officer: { type: 'apiKey', in: 'cookie', name: 'antin_authority_session' },
        sender: { type: 'http', scheme: 'bearer', description: 'Token of an agency that sends requests to the issuer' },
        agent: { type: 'http', scheme: 'Antin-Agent', description: 'Ed25519 over the request line, time, nonce and body hash' },
      },
      schemas: { Problem: schemaOf(Problem) },
    },
  };
}

function operation(tag: string, name: string, row: Route): Record<string, unknown> {
  return {
    tags: [tag],
    operationId: `${tag}.${name}`,
    summary: row.summary,
    ...(row.caller === 'public' ? { security: [] } : { security: [{ [row.caller]: [] }] }),
    parameters: [...parameters(row.params, 'path'), ...parameters(row.query, 'query')],
    ...requestBody(row),
    responses: {
      200: {
        description: 'Done',
        content: {
          [row.answerType ?? 'application/json']: { schema: schemaOf(row.answer) },
          ...Object.fromEntries((row.otherAnswers ?? []).map((type) => [type, { schema: { type: 'string' } }])),
        },
      },
      default: {
        description: 'Refused, with a stable code',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function requestBody(row: Route): Record<string, unknown> {
  if (row.bodies !== undefined) {
    const content = Object.entries(row.bodies).map(([type, schema]) => [
      type,
      { schema: schema === 'binary' ? { type: 'string', format: 'binary' } : schemaOf(schema, 'input') },
    ]);
    return { requestBody: { required: true, content: Object.fromEntries(content) } };
  }
  if (row.rawBody !== undefined)
    return { requestBody: { required: true, content: { [row.rawBody]: { schema: { type: 'string', format: 'binary' } } } } };
  if (row.body === undefined) return {};
  return { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(row.body, 'input') } } } };
}

function parameters(schema: z.ZodType | undefined, place: 'path' | 'query'): Record<string, unknown>[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Record<string, unknown>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, member]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: member,
  }));
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output' = 'output'): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12', io, unrepresentable: 'any' });
  return rest;
}
