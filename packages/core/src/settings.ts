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
});

/**
 * Every setting of an integration: one value, all fields optional, stored as given and read with defaults.
 * Nothing unknown is accepted. Text limits are ours (a WhatsApp text holds 4,096 characters).
 */
export const settingsSchema = z.strictObject({
  /** Which message starts the bot for a chat without a session. */
  trigger: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('all') }),
      z.strictObject({
        type: z.literal('keyword'),
        /** Compared without regard to case and accents. */
        operator: z.enum(['equals', 'contains', 'startsWith', 'endsWith']).default('equals'),
        value: z.string().min(1).max(256),
      }),
      /** Started by the API only. */
      z.strictObject({ type: z.literal('none') }),
    ])
    .prefault({ type: 'all' }),
  /** A message typed by the human on the phone: takes the chat from the bot, is ignored, or is taken for the contact's. */
  fromMe: z.enum(['pause', 'ignore', 'listen']).default('pause'),
  groups: z.enum(['ignore', 'allow']).default('ignore'),
  /** Exact jids, `@g.us`, `@s.whatsapp.net`, or a prefix ending in `*`. */
  ignoreJids: z.array(text(100).min(1)).max(10_000).default([]),
  /** When not empty, only these chats reach the bot. Same forms as `ignoreJids`. */
  allowJids: z.array(text(100).min(1)).max(10_000).default([]),
  /** Minutes; an older event is recorded and ignored. 0: never stale. */
  staleAfterMinutes: z.number().int().min(0).max(10_080).default(10),
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
