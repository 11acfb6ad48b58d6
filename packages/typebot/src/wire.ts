import { type BotReply, botActionSchema, botInputSchema, bubbleSchema, typingEmulationSchema } from '@typelane/core';
import { z } from 'zod';

/**
 * A 200 of Typebot in our words; null when it is not one. Only what makes it a reply is required: `messages`, a readable `input`
 * when there is one, and `sessionId` in the answer to a start. An entry that is no bubble, action or log is dropped, an odd
 * optional field reads as absent: one strange block must not cost the contact the whole answer.
 */
export function replyOf(value: unknown, kind: 'start' | 'continue'): BotReply | null {
  if (kind === 'continue') {
    const continued = replySchema.safeParse(value).data;
    return continued === undefined ? null : fromWire(continued, null);
  }
  const started = startSchema.safeParse(value).data;
  return started === undefined ? null : fromWire(started, startedOf(started));
}

/** Keeps the entries of a list that fit. */
function entries<Entry extends z.ZodType>(entry: Entry) {
  return z.array(entry.nullable().catch(null)).transform((list) => list.filter((one) => one !== null));
}

const inputSchema = botInputSchema.extend({
  options: botInputSchema.shape.options.catch(null),
  items: entries(z.looseObject({ id: z.string() }))
    .nullish()
    .catch(null),
  prefilledValue: botInputSchema.shape.prefilledValue.catch(null),
});

const replySchema = z.object({
  messages: entries(bubbleSchema.extend({ content: z.unknown().default(null) })),
  input: inputSchema.nullish(),
  clientSideActions: entries(botActionSchema).nullish().catch(null),
  logs: entries(z.object({ status: z.string().nullish().catch(null), description: z.string() }))
    .nullish()
    .catch(null),
});

const startSchema = replySchema.extend({
  sessionId: z.string().min(1),
  resultId: z.string().nullish().catch(null),
  typebot: z
    .object({
      id: z.string().nullish().catch(null),
      settings: z
        .object({ typingEmulation: typingEmulationSchema.nullish().catch(null) })
        .nullish()
        .catch(null),
    })
    .nullish()
    .catch(null),
});

function fromWire(wire: z.infer<typeof replySchema>, started: BotReply['started']): BotReply {
  return {
    bubbles: wire.messages,
    input: wire.input ?? null,
    actions: wire.clientSideActions ?? [],
    started,
    logs: (wire.logs ?? []).map(({ status, description }) => ({ status: status ?? null, description })),
  };
}

function startedOf(wire: z.infer<typeof startSchema>): BotReply['started'] {
  return {
    typebotSessionId: wire.sessionId,
    resultId: wire.resultId ?? null,
    typebotId: wire.typebot?.id ?? null,
    typing: wire.typebot?.settings?.typingEmulation ?? null,
  };
}
