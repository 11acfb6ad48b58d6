import type { Command } from '@typelane/core';
import { findIntegration, findSession, type SessionRecord } from '@typelane/db';
import { z } from 'zod';
import { sessionOf, sessionSchema } from '../answers/session.ts';
import { carryOut, type Outcome } from '../commands/carry-out.ts';
import { endpoint } from '../endpoint.ts';
import { type Refusal, refusal } from '../errors/refusal.ts';
import { sessionParams, sessionPath } from './paths.ts';

/** What is wanted, as a verb or as the status it leads to: `GET` of the sessions takes the same words. */
const commandTypes = { open: 'open', resume: 'open', close: 'close', closed: 'close', pause: 'pause', paused: 'pause' } as const;
const words = Object.keys(commandTypes) as (keyof typeof commandTypes)[];

export const changeSession = endpoint({
  method: 'PATCH',
  path: `${sessionPath}/:sessionId`,
  name: 'changeSession',
  summary: 'Pauses, resumes, closes or reopens a session.',
  description:
    'Takes its turn in the chat like a message and is answered when it has taken effect. A pause or close silences the bot at once: what it said and was not handed to the outbound queue is taken back.',
  tag: 'Sessions',
  scope: 'instance',
  params: sessionParams,
  body: z.union([z.strictObject({ action: z.enum(words) }), z.strictObject({ status: z.enum(words) })]),
  answers: {
    200: { description: 'Done.', schema: sessionSchema },
    202: { description: 'Ordered, but not done within the time a request waits. The current state of the session.', schema: sessionSchema },
  },
  refusals: ['SESSION_NOT_FOUND', 'SESSION_CONFLICT', 'SESSION_CLOSED'],
  async handle({ context, tenant, params: { instanceId, sessionId }, body }) {
    const session = await findSession(context.database, tenant, instanceId, sessionId);
    if (!session) throw refusal('SESSION_NOT_FOUND');
    const command = commandOf(commandTypes['action' in body ? body.action : body.status], session);
    if (command.type === 'open' && !(await findIntegration(context.database, tenant, instanceId))) {
      throw refusal('SESSION_CONFLICT', ['The instance has no Typebot integration']);
    }
    const outcome = await carryOut(context, instanceId, session, command);
    const conflict = conflictOf(outcome);
    if (conflict) throw conflict;
    const now = (await findSession(context.database, tenant, instanceId, sessionId)) ?? session;
    return { status: outcome ? 200 : 202, body: sessionOf(now) };
  },
});

function commandOf(type: 'open' | 'close' | 'pause', { sessionId, typebotIntegrationId, bot }: SessionRecord): Command {
  switch (type) {
    case 'open':
      return { type, sessionId, snapshot: { typebotIntegrationId, bot } };
    case 'close':
      return { type, sessionId, reason: 'operator' };
    case 'pause':
      return { type, sessionId, reason: 'operator' };
  }
}

/** Core's reasons for what cannot be. */
function conflictOf(outcome: Outcome): Refusal | null {
  const reason = outcome?.final === 'ignored' ? (outcome.reason ?? '') : '';
  if (!reason.startsWith('conflict_')) return null;
  return reason === 'conflict_not_open' ? refusal('SESSION_CLOSED') : refusal('SESSION_CONFLICT');
}
