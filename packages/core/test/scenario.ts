import {
  type BotReply,
  type Command,
  type Conversation,
  type StepInput,
  type InboundEvent,
  type Deferred,
  parseJid,
  readInbound,
  type Session,
  settingsSchema,
  type SettingsInput,
  step,
  type Step,
  type StepContext,
} from '../src/index.ts';

export const jid = '5531999990000@s.whatsapp.net';
export const freshSessionId = '00000000-0000-4000-8000-000000000001';
export const now = Date.UTC(2026, 0, 15, 12);

export function said(text: string, data: Partial<InboundEvent['data']> = {}): InboundEvent {
  return {
    event: 'messages.upsert',
    instance: { instanceId: 'inst-1', name: 'Shop', Business: { businessId: 'biz-1' } },
    data: {
      keyId: 'K1',
      keyRemoteJid: jid,
      pushName: 'Ana',
      contentType: 'text',
      content: { text },
      messageTimestamp: now / 1_000,
      ...data,
    },
  };
}

type Given = { settings?: SettingsInput; event?: InboundEvent; command?: Command } & Partial<Omit<StepContext, 'head'>>;

export function contextOf({ settings = {}, event = said('hi'), command, ...rest }: Given = {}): StepContext {
  const head = { seq: 7, messageId: 'row-7' };
  return {
    head: command ? { ...head, kind: 'command', command } : { ...head, kind: 'message', event, message: readInbound(event) },
    chat: { jid: parseJid(event.data.keyRemoteJid)?.jid ?? '', participant: null },
    instance: { instanceId: 'inst-1', businessId: 'biz-1', name: 'Shop', isRegistered: true },
    integration: {
      typebotIntegrationId: 'int-1',
      publicId: 'my-bot',
      typebotURL: 'https://typebot.example.com',
      enabled: true,
      settings: settingsSchema.parse(settings),
    },
    isHeld: false,
    burst: null,
    isEcho: false,
    // The shell's engine takes linear time; for the patterns of a test any will do.
    matches: (pattern, text) => new RegExp(pattern, 'u').test(text),
    now,
    freshSessionId,
    ...rest,
  };
}

export function bubble(text: string, id = text): BotReply['bubbles'][number] {
  return { id, type: 'text', content: { type: 'richText', richText: [{ type: 'p', children: [{ text }] }] } };
}

export function reply(change: Partial<BotReply> = {}): BotReply {
  return { bubbles: [], input: null, actions: [], started: null, logs: [], ...change };
}

export const started: BotReply['started'] = { typebotSessionId: 'tb-1', resultId: 'r-1', typebotId: 't-1', typing: { enabled: false } };
export const textInput = { id: 'in-1', type: 'text input' };

/** Carries one event through, each question answered by the next of `answers`. */
export function play(
  state: Conversation,
  context: StepContext,
  ...answers: StepInput[]
): { steps: Step[]; last: Step; asked: Step['ask'][] } {
  const steps = [take(state, context)];
  for (const answer of answers) {
    const before = steps.at(-1)?.state ?? state;
    steps.push(decided(step(before, answer, context)));
  }
  const last = steps.at(-1);
  if (!last) throw new Error('No step was taken');
  return { steps, last, asked: steps.flatMap(({ ask }) => (ask ? [ask] : [])) };
}

export function take(state: Conversation, context: StepContext): Step {
  return decided(step(state, { type: 'received' }, context));
}

export function decided(next: Step | Deferred): Step {
  if ('type' in next) throw new Error(`Expected a decision, got a delay of ${next.ms} ms`);
  return next;
}

export function textsOf(say: readonly { type: string }[]): string[] {
  return say.map((message) => ('text' in message && typeof message.text === 'string' ? message.text : message.type));
}

export function sessionOf(state: Conversation): Session {
  if (state.status !== 'waiting' && state.status !== 'paused') throw new Error(`A conversation that is ${state.status} has no session`);
  return state.session;
}

/** The options are shown again, and after so many misses the chat is left to a human. */
export function pausingAfter(misses: number): NonNullable<SettingsInput['unmatchedChoice']> {
  // oxlint-disable-next-line unicorn/no-thenable -- a field of data, and never a function
  return { action: 'show', misses, then: 'pause' };
}

/** A chat whose bot had asked `input` when a human took it. */
export function pausedAt(input: NonNullable<BotReply['input']> = textInput): Conversation {
  return { status: 'paused', session: sessionOf(waitingAt(input)), since: now };
}

/** A chat whose bot has asked `input`. */
export function waitingAt(input: NonNullable<BotReply['input']> = textInput): Conversation {
  const { last } = play({ status: 'idle' }, contextOf(), { type: 'replied', reply: reply({ bubbles: [bubble('Hello')], input, started }) });
  return last.state;
}
