import { findSession } from '@typelane/db';
import { z } from 'zod';
import { sessionOf, sessionSchema } from '../answers/session.ts';
import { botFailure } from '../commands/bot-failure.ts';
import { carryOut, type Outcome } from '../commands/carry-out.ts';
import { endpoint } from '../endpoint.ts';
import { type Refusal, refusal } from '../errors/refusal.ts';
import { sessionParams, sessionPath } from './paths.ts';

export const callWebhook = endpoint({
  method: 'POST',
  path: `${sessionPath}/:sessionId/webhook`,
  name: 'callWebhook',
  summary: 'Resumes a flow that waits at a Webhook block.',
  description:
    'The body, any JSON, is what the block receives. Takes its turn in the chat like a message. While a human holds the chat it is kept, and the flow goes on when the chat is handed back.',
  tag: 'Sessions',
  scope: 'instance',
  params: sessionParams,
  body: z.unknown().describe('Any JSON.'),
  answers: {
    200: { description: 'Delivered, or kept for when the chat is handed back.', schema: sessionSchema },
    202: { description: 'Ordered, but not done within the time a request waits. The current state of the session.', schema: sessionSchema },
  },
  refusals: ['SESSION_NOT_FOUND', 'WEBHOOK_NOT_AWAITED', 'BOT_REFUSED', 'BOT_UNAVAILABLE'],
  async handle({ context, tenant, params: { instanceId, sessionId }, body }) {
    const session = await findSession(context.database, tenant, instanceId, sessionId);
    if (!session) throw refusal('SESSION_NOT_FOUND');
    const payload = JSON.stringify(body ?? null);
    const outcome = await carryOut(context, instanceId, session, { type: 'webhook', sessionId, payload });
    const failure = failureOf(outcome);
    if (failure) throw failure;
    const now = (await findSession(context.database, tenant, instanceId, sessionId)) ?? session;
    return { status: outcome ? 200 : 202, body: sessionOf(now) };
  },
});

function failureOf(outcome: Outcome): Refusal | null {
  if (outcome === null || outcome.final === 'answered') return null;
  if (outcome.final === 'ignored') return refusal('WEBHOOK_NOT_AWAITED');
  return botFailure(outcome, 'go on');
}
