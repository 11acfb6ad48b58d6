import type { TranscriptTurn } from '@typelane/db';
import { z } from 'zod';

/** What was kept is shown as it was kept: these are records, not a vocabulary of their own. */
const kept = z.looseObject({ type: z.string() });

export const transcriptTurnSchema = z
  .object({
    seq: z.int().describe("The event's place in its chat."),
    receivedAt: z.iso.datetime(),
    endedAt: z.iso.datetime(),
    kind: z.enum(['message', 'command']),
    event: z.record(z.string(), z.unknown()).nullable().describe('The inbound event as it came; null for a command.'),
    command: kept.nullable().describe("An operator's order; null for a message."),
    final: z.enum(['answered', 'ignored', 'uncertain', 'dead']),
    reason: z.string().nullable(),
    entries: z.array(kept).describe('What was asked of the bot and what it said, in order.'),
    replies: z.array(
      z.object({
        replyId: z.uuid(),
        seq: z.int().describe("The reply's place in its chat."),
        messages: z.array(kept),
        createdAt: z.iso.datetime(),
        acknowledgedAt: z.iso.datetime().nullable(),
        keyIds: z.array(z.string()).nullable().describe("WhatsApp's ids of what was sent."),
        failure: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'TranscriptTurn' });

export function transcriptTurnOf({
  arrived,
  entries,
  replies,
  receivedAt,
  endedAt,
  ...turn
}: TranscriptTurn): z.infer<typeof transcriptTurnSchema> {
  return {
    ...turn,
    receivedAt: receivedAt.toISOString(),
    endedAt: endedAt.toISOString(),
    kind: arrived.kind,
    event: arrived.kind === 'message' ? arrived.event : null,
    command: arrived.kind === 'command' ? publicCommand(arrived.command) : null,
    entries,
    replies: replies.map(({ createdAt, acknowledgedAt, ...reply }) => ({
      ...reply,
      createdAt: createdAt.toISOString(),
      acknowledgedAt: acknowledgedAt?.toISOString() ?? null,
    })),
  };
}

/** Without the snapshot of an `open`: it names the remote session, which is enough to use that session. */
function publicCommand(command: { type: string }): { type: string } {
  const { snapshot: _kept, ...shown } = command as { type: string; snapshot?: unknown };
  return shown;
}
