import { type Command, parseJid } from '@typelane/core';
import { findIntegration, findSession, type IntegrationRecord } from '@typelane/db';
import { z } from 'zod';
import { type SessionAnswer, sessionOf, sessionSchema } from '../answers/session.ts';
import { botFailure } from '../commands/bot-failure.ts';
import { carryOut, type Outcome } from '../commands/carry-out.ts';
import { endpoint } from '../endpoint.ts';
import { type Refusal, refusal } from '../errors/refusal.ts';
import { publicId } from '../requests/fields.ts';
import { startVariables, writableChat } from '../requests/start.ts';
import { instanceParams, sessionPath } from './paths.ts';

type Start = Extract<Command, { type: 'start' }>;

export const startSession = endpoint({
  method: 'POST',
  path: sessionPath,
  name: 'startSession',
  summary: 'Starts the bot towards a chat, or takes a chat away from it.',
  description: 'With `status: "paused"` nothing is started: the chat is in human hands until it is resumed.',
  tag: 'Sessions',
  scope: 'instance',
  params: instanceParams,
  body: z.strictObject({
    keyRemoteJid: writableChat.describe('The chat the bot writes to, under this address.'),
    publicId: publicId.optional().describe("Another bot of the integration's viewer."),
    variables: startVariables.default({}).describe('Prefilled variables of the bot.'),
    startMessage: z.string().min(1).max(4_096).optional().describe("Taken as the contact's first message."),
    status: z.enum(['open', 'paused']).default('open'),
    force: z
      .boolean()
      .default(false)
      .describe('Also when the chat has an open or paused session: that one is closed with reason `replaced` first.'),
  }),
  answers: {
    201: { description: 'Started.', schema: sessionSchema },
    202: {
      description:
        'Ordered, but not done within the time a request waits. The current state of the session; with reason `ordered` it can be read under its id as soon as a worker has handled the order.',
      schema: sessionSchema,
    },
  },
  refusals: ['INTEGRATION_NOT_FOUND', 'INTEGRATION_DISABLED', 'SESSION_CONFLICT', 'BOT_REFUSED', 'BOT_UNAVAILABLE'],
  async handle({
    context,
    tenant,
    newId,
    params: { instanceId },
    body: { keyRemoteJid, publicId: bot = null, startMessage = null, ...wanted },
  }) {
    const integration = await findIntegration(context.database, tenant, instanceId);
    if (!integration) throw refusal('INTEGRATION_NOT_FOUND');
    if (!integration.enabled && wanted.status === 'open') throw refusal('INTEGRATION_DISABLED');
    const start: Start = { type: 'start', sessionId: newId, address: keyRemoteJid.trim(), publicId: bot, startMessage, ...wanted };
    const outcome = await carryOut(context, instanceId, start.address, start, newId);
    const failure = failureOf(outcome);
    if (failure) throw failure;
    const session = await findSession(context.database, tenant, instanceId, start.sessionId);
    return { status: outcome ? 201 : 202, body: session ? sessionOf(session) : asOrdered(start, integration) };
  },
});

function failureOf(outcome: Outcome): Refusal | null {
  if (outcome === null || outcome.final === 'answered') return null;
  if (outcome.final !== 'ignored') return botFailure(outcome, 'start');
  switch (outcome.reason) {
    case 'conflict_no_integration':
      return refusal('INTEGRATION_NOT_FOUND');
    case 'conflict_disabled':
      return refusal('INTEGRATION_DISABLED');
    default:
      return conflictWith(outcome.reason === 'conflict_paused' ? 'paused' : 'open');
  }
}

function conflictWith(status: 'open' | 'paused'): Refusal {
  return refusal('SESSION_CONFLICT', [`The chat has a session that is ${status}: \`force\` closes it first`]);
}

/** The session has no row until a worker takes up the order. */
function asOrdered({ sessionId, address, status }: Start, { instanceId, typebotIntegrationId }: IntegrationRecord): SessionAnswer {
  const now = new Date().toISOString();
  const keyRemoteJid = parseJid(address)?.jid ?? address;
  return {
    sessionId,
    keyRemoteJid,
    status,
    typebotIntegrationId,
    instanceId,
    instanceInstanceId: instanceId,
    reason: 'ordered',
    createdAt: now,
    updatedAt: now,
    closedAt: null,
  };
}
