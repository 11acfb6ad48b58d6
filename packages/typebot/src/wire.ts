import { type BotReply, botActionSchema, botInputSchema, bubbleSchema, typingEmulationSchema } from '@typelane/core';
import { z } from 'zod';

/**
 * Parses the body of a 200. Null: it is not a reply of Typebot. Required are `messages`, a valid `input` if there is one, and `sessionId` in the reply
 * to a start. Invalid entries of lists are dropped and invalid optional fields count as absent, so that one unknown block does not cost the contact the
 * whole reply.
 */
export function replyOf(value: unknown, kind: 'start' | 'continue'): BotReply | null {
  if (kind === 'continue') {
    const continued = replySchema.safeParse(value).data;
    return continued === undefined ? null : fromWire(continued, null);
  }
  const started = startSchema.safeParse(value).data;
  return started === undefined ? null : fromWire(started, startedOf(started));
}

/** A list without its invalid entries. */
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
