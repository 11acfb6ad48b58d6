import * as fc from 'fast-check';
import { type Conversation, type Settings, settingsSchema } from '../src/index.ts';
import { chat, type Item, type Outcome, type Written } from './chat.ts';
import { bubble, jid, reply, said, textInput } from './scenario.ts';

/** What somebody does in a chat, after `minutes`. `batch`: it arrives together with the previous event. */
export type Deed = { minutes: number; batch: boolean } & (
  | { who: 'contact' | 'human'; says: string }
  | { who: 'echo' | 'sticker' | 'timer' }
  | { who: 'operator'; orders: 'pause' | 'open' | 'close' | 'webhook'; isOther: boolean }
  | { who: 'operator'; orders: 'start' | 'take'; force: boolean }
);
type Done = Item & { deed: Deed };

const words = ['hi', '1', 'zz', 'finish', 'restart', 'pause', 'resume', 'menu'];
const pace = { minutes: fc.constantFrom(0, 0, 0, 1, 6), batch: fc.boolean() };
const anyDeed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ ...pace, who: fc.constant('contact' as const), says: fc.constantFrom(...words) }) },
  { weight: 2, arbitrary: fc.record({ ...pace, who: fc.constant('human' as const), says: fc.constantFrom(...words) }) },
  { weight: 2, arbitrary: fc.record({ ...pace, who: fc.constantFrom('echo' as const, 'sticker' as const, 'timer' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      ...pace,
      who: fc.constant('operator' as const),
      orders: fc.constantFrom('pause' as const, 'open' as const, 'close' as const, 'webhook' as const),
      isOther: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      ...pace,
      who: fc.constant('operator' as const),
      orders: fc.constantFrom('start' as const, 'take' as const),
      force: fc.boolean(),
    }),
  },
);

const menu = { id: 'menu', type: 'choice input', items: [{ id: 'a', content: 'Sales' }] };
const dedicated = (type: string, more: object = {}) => ({ type, expectsDedicatedReply: true, ...more });
const replies = [
  reply({ bubbles: [bubble('Name?')], input: textInput }),
  reply({ input: textInput }),
  reply({ bubbles: [bubble('Choose')], input: menu }),
  reply({ bubbles: [bubble('Bye')] }),
  reply({ bubbles: [bubble('Wait')], actions: [dedicated('wait', { wait: { secondsToWaitFor: 30 } })] }),
  reply({ bubbles: [bubble('Set')], actions: [dedicated('setVariable')] }),
  reply({ bubbles: [bubble('Pay')], actions: [dedicated('listenForWebhook')] }),
];
const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...replies).map((answer) => ({ type: 'replied' as const, reply: answer })) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Outcome>(
      { type: 'sessionLost', cause: 'gone' },
      { type: 'notSent', cause: 'connection_refused', retryAfterMs: null },
      { type: 'refused', cause: 'closed', status: 400 },
      { type: 'uncertain', cause: 'timeout' },
    ),
  },
);

const word = (name: string) => fc.constantFrom([], [name], [{ word: name, answer: `you said ${name}` }]);
const settingsOf: fc.Arbitrary<Settings> = fc
  .record({
    keywords: fc.record({ finish: word('finish'), restart: word('restart'), pause: word('pause'), resume: word('resume') }),
    trigger: fc.constantFrom({ type: 'all' as const }, { type: 'keyword' as const, value: 'menu' }, { type: 'none' as const }),
    flows: fc.constantFrom([], [{ publicId: 'sales', trigger: { type: 'keyword' as const, value: 'zz' } }]),
    expireAfterMinutes: fc.constantFrom(0, 5),
    expireMessage: fc.constantFrom(null, 'See you'),
    pause: fc.record({ resumeAfterMinutes: fc.constantFrom(0, 5) }),
    afterEnd: fc.constantFrom('restart' as const, 'silent' as const, 'keyword' as const),
    silentMinutes: fc.constantFrom(0, 3),
    fromMe: fc.constantFrom('pause' as const, 'pause' as const, 'ignore' as const, 'listen' as const),
    debounceMs: fc.constantFrom(0, 1_000),
    unmatchedChoice: fc.record({
      action: fc.constantFrom('send' as const, 'show' as const),
      misses: fc.constantFrom(0, 1, 2),
      // oxlint-disable-next-line unicorn/no-thenable -- a field of data, and never a function
      then: fc.constantFrom('hint' as const, 'pause' as const),
    }),
    typebotApiToken: fc.constantFrom(null, 'sealed'),
    delivery: fc.constantFrom('at-most-once' as const, 'at-least-once' as const),
    errorMessage: fc.constantFrom(null, 'Sorry'),
    uncertainMessage: fc.constantFrom(null, 'Please repeat'),
    hints: fc.constantFrom({}, { waiting: 'Please wait', unmatched: 'Choose' }),
  })
  .map((settings) => settingsSchema.parse(settings));

/** Every step of a chat with these `deeds`. */
export function liveThrough(settings: Settings, deeds: readonly Deed[], outcomes: readonly Outcome[]): Written<Done>[] {
  const lived = chat<Done>(settings, outcomes);
  const rest = [...deeds];
  const arrivesAt = (next: Deed): Done => ({ ...itemOf(next, liveIn(lived.state()), lived.now()), deed: next });
  const arriving = (): Done | undefined => {
    const next = rest.shift();
    return next && arrivesAt(next);
  };
  while (rest.length > 0) {
    const [next] = rest;
    if (next && !next.batch) {
      lived.settle(arriving);
      lived.passes(next.minutes * 60_000);
    }
    const item = arriving();
    if (item) lived.arrive(item);
  }
  lived.settle(arriving);
  return lived.written;
}

let keys = 0;
function itemOf(deed: Deed, sessionId: string, now: number): Item {
  const at = { keyId: `K${(keys += 1)}`, messageTimestamp: Math.floor(now / 1_000) };
  switch (deed.who) {
    case 'contact':
      return { kind: 'message', event: said(deed.says, at), isEcho: false };
    case 'human':
      return { kind: 'message', event: said(deed.says, { ...at, keyFromMe: true }), isEcho: false };
    case 'echo':
      return { kind: 'message', event: said('Name?', { ...at, keyFromMe: true }), isEcho: true };
    case 'sticker':
      return { kind: 'message', event: said('', { ...at, contentType: 'sticker', content: {} }), isEcho: false };
    case 'timer':
      return { kind: 'command', command: { type: 'timeUp', dueAt: now } };
    case 'operator':
      return { kind: 'command', command: orderOf(deed, sessionId) };
  }
}

function orderOf(deed: Extract<Deed, { who: 'operator' }>, lives: string): Extract<Item, { kind: 'command' }>['command'] {
  if ('force' in deed) {
    const status = deed.orders === 'take' ? 'paused' : 'open';
    const more = { address: jid, publicId: null, variables: {}, startMessage: null };
    return { type: 'start', sessionId: `api-${(keys += 1)}`, ...more, status, force: deed.force };
  }
  const sessionId = deed.isOther ? 'closed-before' : lives;
  switch (deed.orders) {
    case 'pause':
      return { type: 'pause', sessionId };
    case 'close':
      return { type: 'close', sessionId, reason: 'operator' };
    case 'open':
      return { type: 'open', sessionId, snapshot: { typebotIntegrationId: 'int-1', bot: null } };
    case 'webhook':
      return { type: 'webhook', sessionId, payload: '{}' };
  }
}

function liveIn(state: Conversation): string {
  return state.status === 'waiting' || state.status === 'paused' ? state.session.sessionId : 'none';
}

/** A chat's settings, what happens in it, and how its calls to Typebot end. */
export const anyLife = fc.record({
  settings: settingsOf,
  deeds: fc.array(anyDeed, { maxLength: 25 }),
  outcomes: fc.array(outcome, { minLength: 1, maxLength: 12 }),
});

/** Whether a deed may end a pause. */
export function handsBack(deed: Deed, { fromMe }: Settings): boolean {
  switch (deed.who) {
    case 'contact':
      return deed.says === 'resume';
    case 'human':
      return fromMe === 'listen' ? deed.says === 'resume' : fromMe === 'pause' && ['resume', 'finish', 'restart'].includes(deed.says);
    case 'timer':
      return true;
    case 'operator':
      return deed.orders === 'open' || deed.orders === 'close' || ('force' in deed && deed.force);
    default:
      return false;
  }
}
