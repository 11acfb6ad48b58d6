import { z } from 'zod';

const text = (max: number) => z.string().max(max);

/** Texts for the contact. Empty: say nothing. Absent: the default of `locale`. */
const hintsSchema = z.strictObject({
  /** Under a numbered list of which one is to be chosen. */
  choice: text(300).optional(),
  /** Under a numbered list of which several may be chosen. */
  multipleChoice: text(300).optional(),
  /** Under a rating; `{from}` and `{to}` stand for its ends. */
  rating: text(300).optional(),
  /** Under a file request that may be skipped; `{skip}` stands for the skip word. */
  optionalFile: text(300).optional(),
  /** The answer to media where the bot takes none. */
  unsupportedMedia: text(1_000).optional(),
  /** Shown for a payment, which cannot be made on WhatsApp. */
  payment: text(1_000).optional(),
  /** The answer to words that name none of the options; see `unmatchedChoice`. */
  unmatched: text(1_000).optional(),
  /** The answer to what is written while the flow waits for an outside system. Empty by default. */
  waiting: text(1_000).optional(),
});

/** Which message starts a bot for a chat without a session. */
const triggerSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('all') }),
  z.strictObject({
    type: z.literal('keyword'),
    /** Compared without regard to case and accents, but for `regex`, which is as it is written (RE2 syntax). */
    operator: z.enum(['equals', 'contains', 'startsWith', 'endsWith', 'regex']).default('equals'),
    value: z.string().min(1).max(256),
  }),
  /** Evolution's language: `contains:a,b notcontains:c startswith:d endswith:e exact:f`. */
  z.strictObject({ type: z.literal('advanced'), value: z.string().min(1).max(1_024) }),
  /** Started by the API only. */
  z.strictObject({ type: z.literal('none') }),
]);

const flowSchema = z.strictObject({
  publicId: z.string().min(1).max(200),
  /** Default: the integration's own. */
  typebotURL: z.string().max(2_048).optional(),
  trigger: triggerSchema,
  /** The highest is looked at first; of equal ones the first in the list. */
  priority: z.number().int().min(-1_000).max(1_000).default(0),
});

/** A word, or a word and what is answered to it. Compared with the whole message, without regard to case and accents. */
const keywordSchema = z.union([
  z
    .string()
    .min(1)
    .max(256)
    .transform((word) => ({ word, answer: null })),
  z.strictObject({ word: z.string().min(1).max(256), answer: text(4_096).min(1).nullable().default(null) }),
]);
const keywordList = z.array(keywordSchema).max(20).default([]);

/**
 * Every setting of an integration: one value, all fields optional, stored as given and read with defaults.
 * Nothing unknown is accepted. Text limits are ours (a WhatsApp text holds 4,096 characters).
 */
export const settingsSchema = z.strictObject({
  /** Which message starts the bot for a chat without a session. */
  trigger: triggerSchema.prefault({ type: 'all' }),
  /** More bots on the same instance. The first whose trigger matches is started; if none does, the integration's own by its trigger. */
  flows: z.array(flowSchema).max(50).default([]),
  /** Words that are handled before Typebot hears of them. */
  keywords: z.strictObject({ finish: keywordList, restart: keywordList, pause: keywordList, resume: keywordList }).prefault({}),
  /** Minutes without a message after which a session is closed; 0: never. A paused one never expires. */
  expireAfterMinutes: z.number().min(0).max(525_600).default(0),
  /** Sent when a session expires. */
  expireMessage: text(4_096).min(1).nullable().default(null),
  pause: z
    .strictObject({
      /** Minutes after the human's last message until the chat is handed back to the bot; 0: never. */
      resumeAfterMinutes: z.number().min(0).max(525_600).default(0),
    })
    .prefault({}),
  /** What a message after the end of a flow does: starts anew, nothing for `silentMinutes`, or nothing unless it is a restart keyword or a keyword trigger's. */
  afterEnd: z.enum(['restart', 'silent', 'keyword']).default('restart'),
  silentMinutes: z.number().min(0).max(525_600).default(60),
  /** A message typed by the human on the phone: takes the chat from the bot, is ignored, or is taken for the contact's. */
  fromMe: z.enum(['pause', 'ignore', 'listen']).default('pause'),
  groups: z.enum(['ignore', 'allow']).default('ignore'),
  /** In an allowed group: one conversation for all, or one for each participant. */
  groupConversations: z.enum(['group', 'participant']).default('group'),
  /** Exact jids, `@g.us`, `@s.whatsapp.net`, or a prefix ending in `*`. */
  ignoreJids: z.array(text(100).min(1)).max(10_000).default([]),
  /** When not empty, only these chats reach the bot. Same forms as `ignoreJids`. */
  allowJids: z.array(text(100).min(1)).max(10_000).default([]),
  /** Minutes; an older event is recorded and ignored. 0: never stale. */
  staleAfterMinutes: z.number().int().min(0).max(10_080).default(10),
  /** Milliseconds of silence after which the texts of a burst are answered as one, joined by a newline; 0: each on its own. */
  debounceMs: z.number().int().min(0).max(15_000).default(0),
  /** Milliseconds after the first text of a burst when it is answered in any case. */
  debounceMaxMs: z.number().int().min(0).max(120_000).default(30_000),
  /** Overrides the bot's own typing emulation, field by field. */
  typing: z
    .strictObject({
      enabled: z.boolean().optional(),
      /** Words per minute. */
      speed: z.number().positive().max(10_000).optional(),
      maxDelayMs: z.number().int().min(0).max(30_000).optional(),
      delayBetweenBubblesMs: z.number().int().min(0).max(30_000).optional(),
    })
    .prefault({}),
  wait: z
    .strictObject({
      /** Milliseconds; caps every Wait block. */
      maxMs: z.number().int().min(0).max(86_400_000).default(60_000),
    })
    .prefault({}),
  /** How choices are shown: buttons and lists, numbered text, or by what the gateway can do (until a gateway says more: buttons and lists, each with its `fallbackText`). */
  choices: z.enum(['auto', 'native', 'text']).default('auto'),
  /** What is done with words that name none of the options shown. */
  unmatchedChoice: z
    .strictObject({
      /** `send`: the bot answers in its own words. `show`: the options are shown again and the bot hears nothing. */
      action: z.enum(['send', 'show']).default('send'),
      /** After so many misses in a row `then` is done instead; 0: never. */
      misses: z.number().int().min(0).max(20).default(0),
      /** `hint`: the text `hints.unmatched`. `pause`: the chat is left to a human. */
      then: z.enum(['hint', 'pause']).default('hint'),
    })
    .prefault({}),
  /** For flows that were written for other bridges. */
  compat: z
    .strictObject({
      /** `[list]` and `[buttons]` in a text, as Evolution reads them. */
      markers: z.boolean().default(false),
      /** `#{"stopBot":true}` and the like, as Whaticket and Ticketz read them. */
      commands: z.boolean().default(false),
    })
    .prefault({}),
  /** Turns voice notes into text before the bot hears them: any endpoint that speaks OpenAI's `/audio/transcriptions`. */
  transcription: z
    .strictObject({
      /** Base address, such as `https://api.openai.com/v1`. */
      url: z.string().min(1).max(2_048),
      model: z.string().min(1).max(100).default('whisper-1'),
      /** ISO 639-1. Default: found out by the model. */
      language: z
        .string()
        .regex(/^[a-z]{2,3}$/, 'an ISO 639-1 code such as `pt`')
        .nullable()
        .default(null),
      /** Written before the text, such as `[audio] `. */
      prefix: text(100).default(''),
      /** Kept sealed and never returned. A sealed one is longer than what was sealed, which the API takes up to 500 characters of. */
      apiKey: z.string().min(1).max(1_000).nullable().default(null).meta({ writeOnly: true }),
    })
    .nullable()
    .default(null),
  hints: hintsSchema.prefault({}),
  /** The language of default hints. */
  locale: z.enum(['pt-BR', 'en', 'es']).default('pt-BR'),
  resume: z.strictObject({ replay: z.boolean().default(false) }).prefault({}),
  /** Sent when a message has nothing the bot could use. */
  unknownMessage: text(4_096).min(1).nullable().default(null),
  /** Sent when the bot cannot be reached or refuses. */
  errorMessage: text(4_096).min(1).nullable().default(null),
  /** Sent when it cannot be known whether the bot heard the contact. */
  uncertainMessage: text(4_096).min(1).nullable().default(null),
  /** What is done with a call of which we cannot know whether Typebot heard it: leave it, or make it again. */
  delivery: z.enum(['at-most-once', 'at-least-once']).default('at-most-once'),
  /** What becomes of a chat when the consumer could not send a reply at all: its next replies go out, or a human is to look at it. */
  afterSendFailure: z.enum(['continue', 'pause']).default('continue'),
  /** Constant extra prefilled variables. Only names that exist in the bot are filled. */
  variables: z
    .record(z.string().min(1).max(200), text(4_096))
    .refine((all) => Object.keys(all).length <= 50, 'at most 50 variables')
    .default({}),
  /** What happens to open sessions when `publicId` or `typebotURL` changes. */
  onUpdate: z.enum(['keep', 'restart']).default('keep'),
});

export type Settings = z.infer<typeof settingsSchema>;
/** What an operator writes; see `mergeSettings`. */
export type SettingsInput = z.input<typeof settingsSchema>;

export const defaultSettings: Settings = settingsSchema.parse({});

/** Field by field, into nested groups; lists, `variables` and a `trigger` of another type are replaced whole. */
export function mergeSettings(stored: SettingsInput, change: SettingsInput): SettingsInput {
  const merged: Record<string, unknown> = { ...stored };
  for (const [name, value] of Object.entries(change)) {
    const before = merged[name];
    const isGroup = name !== 'variables' && name !== 'trigger' && isObject(value) && isObject(before);
    merged[name] = isGroup ? { ...before, ...value } : value;
  }
  return merged;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
