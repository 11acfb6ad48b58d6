import { type InboundEvent, readInbound } from '@typelane/core';
import type { UncertainTurn } from '@typelane/db';
import { z } from 'zod';

export const resolutions = ['processed', 'not_processed', 'end_session'] as const;

export const uncertainTurnSchema = z
  .object({
    turnId: z.string(),
    sessionId: z.uuid().nullable(),
    keyRemoteJid: z.string(),
    command: z.string().nullable().describe("The operator's order, such as `start`; null for a message."),
    messages: z
      .array(z.object({ keyId: z.string(), contentType: z.string(), text: z.string().nullable().describe('Null: it is no text.') }))
      .describe('What the contact said: more than one where a burst was asked as one; none for an order.'),
    cause: z.string().describe('Such as `timeout`, `worker_lost`.'),
    endedAt: z.iso.datetime(),
    status: z.enum(['open', 'resolved']),
    resolution: z.enum(resolutions).nullable().describe('Null while it is open.'),
    resolvedBy: z.enum(['operator', 'result']).nullable().describe("`result`: it was read in Typebot's results."),
    resolvedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'UncertainTurn' });

export function uncertainTurnOf(turn: UncertainTurn): z.infer<typeof uncertainTurnSchema> {
  const { turnId, sessionId, keyRemoteJid, arrived, cause, endedAt, resolution, resolvedBy, resolvedAt } = turn;
  return {
    turnId,
    sessionId,
    keyRemoteJid,
    command: arrived.kind === 'command' ? arrived.command.type : null,
    messages: arrived.kind === 'message' ? arrived.events.map(messageOf) : [],
    cause,
    endedAt: endedAt.toISOString(),
    status: resolution === null ? 'open' : 'resolved',
    resolution,
    resolvedBy,
    resolvedAt: resolvedAt?.toISOString() ?? null,
  };
}

function messageOf(event: InboundEvent) {
  const { keyId, contentType, content } = readInbound(event);
  return { keyId, contentType, text: textOf(content) };
}

function textOf(content: ReturnType<typeof readInbound>['content']): string | null {
  switch (content.kind) {
    case 'text':
      return content.text;
    case 'reply':
      return content.title;
    case 'media':
      return content.caption === '' ? null : content.caption;
    default:
      return null;
  }
}
