import { findInstance, findSession, listSessions, sessionProgress, sessionTranscript } from '@typelane/db';
import { z } from 'zod';
import { sessionDetailOf, sessionDetailSchema, sessionOf, sessionSchema } from '../answers/session.ts';
import { transcriptTurnOf, transcriptTurnSchema } from '../answers/transcript.ts';
import { endpoint } from '../endpoint.ts';
import { refusal } from '../errors/refusal.ts';
import { chat } from '../requests/fields.ts';
import { inOrder, newestFirst, newestOf, page } from '../requests/paging.ts';
import { instanceParams, sessionParams, sessionPath } from './paths.ts';

const about = { method: 'GET', tag: 'Sessions', scope: 'instance' } as const;

/** CodeChat's words and the verbs they come from. */
const statuses = { open: 'open', closed: 'closed', close: 'closed', paused: 'paused', pause: 'paused' } as const;

const list = endpoint({
  ...about,
  path: sessionPath,
  name: 'listSessions',
  summary: 'The sessions of an instance, newest first.',
  params: instanceParams,
  query: z.strictObject({
    keyRemoteJid: chat.optional().describe('One chat, by any name WhatsApp knows the contact by.'),
    status: z.enum(['open', 'closed', 'close', 'paused', 'pause']).optional(),
    ...newestFirst(z.uuid()),
  }),
  answers: { 200: { description: 'A page of them. The `Link` header leads to the next.', schema: z.array(sessionSchema) } },
  refusals: ['INSTANCE_NOT_FOUND'],
  async handle({ context: { database }, tenant, params: { instanceId }, query, url }) {
    if (!(await findInstance(database, tenant, instanceId))) throw refusal('INSTANCE_NOT_FOUND');
    const filter = { keyRemoteJid: query.keyRemoteJid, status: query.status && statuses[query.status] };
    const found = await listSessions(database, tenant, instanceId, filter, newestOf(query));
    const { rows, headers } = page(found, query.limit, url, (last) => [last.createdAt.toISOString(), last.sessionId]);
    return { status: 200, body: rows.map(sessionOf), headers };
  },
});

const show = endpoint({
  ...about,
  path: `${sessionPath}/:sessionId`,
  name: 'showSession',
  summary: 'A session, what it waits for and what it has been through.',
  params: sessionParams,
  answers: { 200: { description: 'The session.', schema: sessionDetailSchema } },
  refusals: ['SESSION_NOT_FOUND'],
  async handle({ context: { database }, tenant, params: { instanceId, sessionId } }) {
    const session = await findSession(database, tenant, instanceId, sessionId);
    if (!session) throw refusal('SESSION_NOT_FOUND');
    return { status: 200, body: sessionDetailOf(session, await sessionProgress(database, session)) };
  },
});

const transcript = endpoint({
  ...about,
  path: `${sessionPath}/:sessionId/transcript`,
  name: 'showTranscript',
  summary: 'What happened in a session, in order.',
  description:
    'One entry for each event that has been handled: what arrived, what was asked of the bot, what it said, how it ended, and the replies.',
  params: sessionParams,
  query: z.strictObject(inOrder),
  answers: { 200: { description: 'A page of it. The `Link` header leads to the next.', schema: z.array(transcriptTurnSchema) } },
  refusals: ['SESSION_NOT_FOUND'],
  async handle({ context: { database }, tenant, params: { instanceId, sessionId }, query: { limit, cursor }, url }) {
    const session = await findSession(database, tenant, instanceId, sessionId);
    if (!session) throw refusal('SESSION_NOT_FOUND');
    const found = await sessionTranscript(database, session, { limit: limit + 1, afterSeq: cursor?.[0] ?? null });
    const { rows, headers } = page(found, limit, url, (last) => [last.seq]);
    return { status: 200, body: rows.map(transcriptTurnOf), headers };
  },
});

export const sessionEndpoints = [list, show, transcript];
