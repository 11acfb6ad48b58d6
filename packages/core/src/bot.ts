import { z } from 'zod';

/**
 * What Typebot says, with only the outer shape checked. The content of a bubble, the options of an input and the payload of
 * an action are read by the file of their kind, so that an unknown or odd one is skipped there and never fails the reply.
 */
export const bubbleSchema = z.looseObject({ id: z.string(), type: z.string(), content: z.unknown().optional() });

export const botInputSchema = z.looseObject({
  id: z.string(),
  type: z.string(),
  options: z.record(z.string(), z.unknown()).nullish(),
  items: z.array(z.looseObject({ id: z.string() })).nullish(),
  prefilledValue: z.string().nullish(),
});

export const botActionSchema = z.looseObject({
  type: z.string(),
  /** Run right after the bubble of this id; absent: before the first bubble. */
  lastBubbleBlockId: z.string().nullish(),
  /** The flow stopped here and goes on with the next continueChat. */
  expectsDedicatedReply: z.boolean().nullish(),
});

/** Typebot's typing emulation. `speed` in words per minute, `maxDelay` and `delayBetweenBubbles` in seconds. */
export const typingEmulationSchema = z.looseObject({
  enabled: z.boolean().nullish(),
  speed: z.number().nullish(),
  maxDelay: z.number().nullish(),
  delayBetweenBubbles: z.number().nullish(),
  isDisabledOnFirstMessage: z.boolean().nullish(),
});

export type Bubble = z.infer<typeof bubbleSchema>;
export type BotInput = z.infer<typeof botInputSchema>;
export type BotAction = z.infer<typeof botActionSchema>;
export type TypingEmulation = z.infer<typeof typingEmulationSchema>;

/** One answer of Typebot, to a start or to a continue. */
export type BotReply = {
  bubbles: Bubble[];
  /** The question now pending; null when there is none. */
  input: BotInput | null;
  actions: BotAction[];
  /** Only in the answer to a start. */
  started: { typebotSessionId: string; resultId: string | null; typebotId: string | null; typing: TypingEmulation | null } | null;
  /** What Typebot wrote into `logs`: errors of the flow's integrations. */
  logs: { status: string | null; description: string }[];
};

/** What is sent as the contact's answer. A plain string is understood by every Typebot since 2.19.1. */
export type BotMessage =
  | string
  | { type: 'text'; text: string; attachedFileUrls?: string[]; metadata?: { replyId: string } }
  | { type: 'audio'; url: string }
  | { type: 'command'; command: string };

/** One request to Typebot. A start never carries a message (ADR 0004). `message: null` answers a dedicated action with nothing. */
export type BotCall =
  | { type: 'start'; typebotURL: string; publicId: string; variables: Record<string, string> }
  | { type: 'continue'; typebotURL: string; typebotSessionId: string; message: BotMessage | null };

/**
 * How a call ended, by what is known about the bytes:
 * - `replied`: Typebot answered 200 with a reply we understand;
 * - `sessionLost`: Typebot says that the session is gone (by the text of its 404, not by the 404);
 * - `notSent`: Typebot surely did not process the request; it may be made again;
 * - `unavailable`: 503. Whoever answered says that the request was not processed; a proxy says so also when it does not know;
 * - `refused`: Typebot answered and said no; asking again changes nothing;
 * - `failed`: Typebot itself answered that it failed. The call is over and the session stands where it stood;
 * - `uncertain`: Typebot may or may not have processed it, or did and the answer was lost. Never sent again by default.
 */
export type BotOutcome =
  | { type: 'replied'; reply: BotReply }
  | { type: 'sessionLost'; cause: string }
  | { type: 'notSent'; cause: string; retryAfterMs: number | null }
  | { type: 'unavailable'; cause: string; retryAfterMs: number | null }
  | { type: 'refused'; cause: string; status: number | null }
  | { type: 'failed'; cause: string }
  | { type: 'uncertain'; cause: string };

/**
 * Asks what Typebot has kept of a session. Nothing comes of it, so it may be made again. `typebotURL`: where the results API lives. The
 * token is the shell's to add, so that it stands in no state. `blockId`: the question whose answer is looked for.
 */
export type BotInquiry = { type: 'inspect'; typebotURL: string; typebotId: string; resultId: string; blockId: string };

/**
 * What Typebot has kept of a session. `answers`: what was saved, a block that was answered again once or several times. `hasBlock`: the
 * bot itself asks the question; false also where nobody needed to know.
 */
export type BotResult = { answers: { blockId: string }[]; isCompleted: boolean; lastChatSessionId: string | null; hasBlock: boolean };

/** `mayPass`: asking again later may help. */
export type InquiryOutcome = { type: 'inspected'; result: BotResult } | { type: 'notInspected'; cause: string; mayPass: boolean };
