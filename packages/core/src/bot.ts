import { z } from 'zod';

/**
 * Typebot's reply with only its outer shape checked. The content of a bubble, the options of an input and the payload of an action are parsed
 * in the file of their type, so that an unknown or malformed one is skipped there and does not fail the whole reply.
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
  /** Runs right after the bubble with this id. Absent: before the first bubble. */
  lastBubbleBlockId: z.string().nullish(),
  /** The flow stopped here and continues with the next continueChat. */
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

/** Typebot's reply to a start or a continue. */
export type BotReply = {
  bubbles: Bubble[];
  /** The pending question. Null: none. */
  input: BotInput | null;
  actions: BotAction[];
  /** Only in the reply to a start. */
  started: { typebotSessionId: string; resultId: string | null; typebotId: string | null; typing: TypingEmulation | null } | null;
  /** Typebot's `logs`: errors of the flow's integrations. */
  logs: { status: string | null; description: string }[];
};

/** The contact's answer as Typebot receives it. Every Typebot since 2.19.1 accepts a plain string. */
export type BotMessage =
  | string
  | { type: 'text'; text: string; attachedFileUrls?: string[]; metadata?: { replyId: string } }
  | { type: 'audio'; url: string }
  | { type: 'command'; command: string };

/** One request to Typebot. A start never carries a message (ADR 0004). `message: null` continues after an action without an answer. */
export type BotCall =
  | { type: 'start'; typebotURL: string; publicId: string; variables: Record<string, string> }
  | { type: 'continue'; typebotURL: string; typebotSessionId: string; message: BotMessage | null };

/**
 * How a call ended, judged by what is known about its bytes:
 * - `replied`: Typebot answered 200 with a valid reply.
 * - `sessionLost`: Typebot says that the session does not exist. The text of the 404 tells, the status alone does not.
 * - `notSent`: Typebot certainly did not process the request, so it may be repeated.
 * - `unavailable`: 503. The sender claims that the request was not processed, but a proxy sends 503 also when it does not know.
 * - `refused`: Typebot refused the request, and repeating it would change nothing.
 * - `failed`: Typebot itself answered with an error. The call is over and the session's position is unchanged.
 * - `uncertain`: Typebot may have processed the request, or its answer was lost. Not repeated by default.
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
 * Reads what Typebot has stored of a session. It changes nothing, so it may be repeated. `typebotURL`: base URL of the results API. The shell
 * adds the token, so that no state contains it. `blockId`: the question whose answer is searched.
 */
export type BotInquiry = { type: 'inspect'; typebotURL: string; typebotId: string; resultId: string; blockId: string };

/**
 * What Typebot has stored of a session. `answers`: a block that was answered several times may appear once or several times. `hasBlock`: the
 * bot itself has the question. Also false if the bot was not read, because the answers alone decided.
 */
export type BotResult = { answers: { blockId: string }[]; isCompleted: boolean; lastChatSessionId: string | null; hasBlock: boolean };

/** `mayPass`: a later attempt may succeed. */
export type InquiryOutcome = { type: 'inspected'; result: BotResult } | { type: 'notInspected'; cause: string; mayPass: boolean };
