import { describe, expect, test } from 'vitest';
import {
  bubble,
  contextOf,
  decided,
  freshSessionId,
  jid,
  now,
  play,
  reply,
  said,
  started,
  textInput,
  waitingAt,
} from '../../test/scenario.ts';
import type { Conversation, StepInput, SettingsInput } from '../index.ts';
import { step as stepOrWait } from './step.ts';

const step = (...given: Parameters<typeof stepOrWait>) => decided(stepOrWait(...given));
const idle: Conversation = { status: 'idle' };
const texts = (say: { type: string }[]) => say.map((message) => ('text' in message ? message.text : message.type));

describe('a first message', () => {
  test('starts the bot without saying it, with all documented variables as strings', () => {
    const { last } = play(idle, contextOf({ settings: { variables: { shop: 'A', keyId: 'mine' } } }));
    expect(last.ask).toEqual({
      type: 'start',
      typebotURL: 'https://typebot.example.com',
      publicId: 'my-bot',
      variables: {
        shop: 'A',
        instanceInstanceId: 'inst-1',
        keyRemoteJid: jid,
        keyId: 'K1',
        contentType: 'text',
        messageId: 'row-7',
        pushName: 'Ana',
        businessId: 'biz-1',
        phone: '5531999990000',
        keyParticipant: '',
        firstMessage: 'hi',
        instanceName: 'Shop',
        remoteJid: jid,
      },
    });
    expect(last.final).toBeNull();
  });

  test('is dropped when the bot greets first', () => {
    const { last, asked } = play(idle, contextOf(), {
      type: 'replied',
      reply: reply({ bubbles: [bubble('Hello')], input: textInput, started }),
    });
    expect(asked).toHaveLength(1);
    expect(last).toMatchObject({ final: { type: 'answered' }, state: { status: 'waiting' } });
    expect(texts(last.say)).toEqual(['Hello']);
  });

  test('answers a bot that opens with a question and shows nothing', () => {
    const { last, asked } = play(
      idle,
      contextOf({ event: said('Ana') }),
      { type: 'replied', reply: reply({ input: textInput, started }) },
      { type: 'replied', reply: reply({ bubbles: [bubble('Nice')], input: textInput }) },
    );
    expect(asked[1]).toEqual({ type: 'continue', typebotURL: 'https://typebot.example.com', typebotSessionId: 'tb-1', message: 'Ana' });
    expect(last.final).toEqual({ type: 'answered' });
    expect(texts(last.say)).toEqual(['Nice']);
  });

  test.each<[string, SettingsInput, string]>([
    ['keyword in other case and accents', { trigger: { type: 'keyword', value: 'OLÁ' } }, 'ola'],
    ['keyword contained', { trigger: { type: 'keyword', operator: 'contains', value: 'ajuda' } }, 'quero Ajuda por favor'],
    ['start of the text', { trigger: { type: 'keyword', operator: 'startsWith', value: 'oi' } }, 'Oi, tudo bem?'],
    ['end of the text', { trigger: { type: 'keyword', operator: 'endsWith', value: 'bot' } }, 'fala bot'],
  ])('starts the bot by %s', (_, settings, text) => {
    expect(play(idle, contextOf({ settings, event: said(text) })).last.ask?.type).toBe('start');
  });

  test.each<[string, SettingsInput]>([
    ['no keyword matches', { trigger: { type: 'keyword', value: 'help' } }],
    ['only the API may start it', { trigger: { type: 'none' } }],
  ])('starts nothing when %s', (_, settings) => {
    expect(play(idle, contextOf({ settings })).last).toMatchObject({ ask: null, final: { type: 'ignored', reason: 'no_trigger' } });
  });
});

describe('what never reaches the bot', () => {
  const ignored = (reason: string) => ({ ask: null, say: [], final: { type: 'ignored', reason } });
  test.each<[string, Parameters<typeof contextOf>[0], string]>([
    [
      'an unregistered instance',
      { integration: null, instance: { instanceId: 'x', businessId: '', name: null, isRegistered: false } },
      'unknown_instance',
    ],
    ['an instance without integration', { integration: null }, 'no_integration'],
    ['another event', { event: { ...said('x'), event: 'chats.update' } }, 'other_event'],
    ['the report of our own send', { event: { ...said('x'), event: 'send.message' } }, 'own_send'],
    ['a group', { event: said('x', { keyRemoteJid: '120363040000000000@g.us' }) }, 'group'],
    ['status updates', { event: said('x', { keyRemoteJid: 'status@broadcast' }) }, 'status'],
    ['a newsletter', { event: said('x', { keyRemoteJid: '1203630@newsletter' }) }, 'newsletter'],
    ['an ignored contact', { event: said('x'), settings: { ignoreJids: ['5531999990000@c.us'] } }, 'ignored_jid'],
    ['ignored prefixes', { event: said('x'), settings: { ignoreJids: ['5531*'] } }, 'ignored_jid'],
    ['all contacts', { event: said('x'), settings: { ignoreJids: ['@s.whatsapp.net'] } }, 'ignored_jid'],
    ['who is not on the list', { event: said('x'), settings: { allowJids: ['5511*'] } }, 'not_allowed_jid'],
    ['a reaction', { event: said('x', { contentType: 'reaction', content: { text: '👍' } }) }, 'reaction'],
    ['history', { event: said('x', { info: { type: 'append' } }) }, 'history'],
    ['an old event', { event: said('x', { messageTimestamp: now / 1_000 - 601 }) }, 'stale'],
    ['our own echo by its source', { event: said('x', { source: 'api' }) }, 'echo'],
    ['our own echo by its id', { event: said('x', { keyFromMe: true }), isEcho: true }, 'echo'],
    ['the phone when told so', { event: said('x', { keyFromMe: true }), settings: { fromMe: 'ignore' } }, 'from_me'],
    ['what a pause stands behind', { isHeld: true }, 'paused'],
  ])('%s', (_, given, reason) => {
    expect(play(idle, contextOf(given)).last).toMatchObject(ignored(reason));
  });

  test('a disabled integration', () => {
    const context = contextOf();
    const integration = context.integration && { ...context.integration, enabled: false };
    expect(play(waitingAt(), { ...context, integration }).last).toMatchObject(ignored('disabled'));
  });

  test('an event of ten minutes is not old yet', () => {
    expect(play(idle, contextOf({ event: said('x', { messageTimestamp: now / 1_000 - 600 }) })).last.ask?.type).toBe('start');
  });
});

describe('a human', () => {
  test('who writes on the phone takes the chat, also where the bot never spoke', () => {
    const { last } = play(idle, contextOf({ event: said('I will help you', { keyFromMe: true }) }));
    expect(last).toMatchObject({ state: { status: 'paused' }, final: { type: 'ignored', reason: 'human' }, retractsReplies: true });
    expect(last.sessions).toMatchObject([{ status: 'paused', reason: 'human', session: { sessionId: freshSessionId, bot: null } }]);
  });

  test('keeps the bot silent until a resume, which goes on at the same input', () => {
    const paused = play(waitingAt(), contextOf({ command: { type: 'pause', sessionId: freshSessionId, reason: 'operator' } })).last;
    expect(play(paused.state, contextOf()).last).toMatchObject({ ask: null, final: { type: 'ignored', reason: 'paused' } });
    const open = play(
      paused.state,
      contextOf({ command: { type: 'open', sessionId: freshSessionId, snapshot: { typebotIntegrationId: null, bot: null } } }),
    ).last;
    expect(open.state).toEqual(waitingAt());
  });

  test('may be heard as the contact by setting', () => {
    const { last } = play(waitingAt(), contextOf({ event: said('yes', { keyFromMe: true }), settings: { fromMe: 'listen' } }));
    expect(last.ask).toMatchObject({ type: 'continue', message: 'yes' });
  });
});

describe('an answer of Typebot', () => {
  test('without a question ends the session at once, so that it is never continued', () => {
    const { last } = play(idle, contextOf(), { type: 'replied', reply: reply({ bubbles: [bubble('Bye')], started }) });
    expect(last).toMatchObject({ state: { status: 'idle' }, final: { type: 'answered' } });
    expect(last.sessions).toMatchObject([{ status: 'closed', reason: 'completed' }]);
  });

  test('that wants a dedicated reply gets nothing as the reply, and all is said in one', () => {
    const action = { type: 'setVariable', lastBubbleBlockId: 'One', expectsDedicatedReply: true };
    const { last, asked } = play(
      waitingAt(),
      contextOf(),
      { type: 'replied', reply: reply({ bubbles: [bubble('One')], actions: [action] }) },
      { type: 'replied', reply: reply({ bubbles: [bubble('Two')], input: textInput }) },
    );
    expect(asked.map((call) => call?.type === 'continue' && call.message)).toEqual(['hi', null]);
    expect(texts(last.say)).toEqual(['One', 'Two']);
  });

  test('that pauses the flow is shown before the wait and goes on when it is due', () => {
    const action = { type: 'wait', wait: { secondsToWaitFor: 3 }, lastBubbleBlockId: 'One', expectsDedicatedReply: true };
    const { last } = play(waitingAt(), contextOf(), { type: 'replied', reply: reply({ bubbles: [bubble('One')], actions: [action] }) });
    expect(last).toMatchObject({ state: { status: 'due' }, ask: null, waitMs: 3_000, final: null });
    expect(texts(last.say)).toEqual(['One']);
    expect(stepOrWait(last.state, { type: 'due' }, contextOf({ now: now + 2_999 }))).toEqual({ type: 'deferred', ms: 1 });
    expect(step(last.state, { type: 'due' }, contextOf({ now: now + 3_000 })).ask).toMatchObject({ type: 'continue', message: null });
  });

  test('that stops at a webhook parks the chat: texts are not forwarded', () => {
    const action = { type: 'listenForWebhook', expectsDedicatedReply: true };
    const parked = play(waitingAt(), contextOf(), {
      type: 'replied',
      reply: reply({ bubbles: [bubble('Pay first')], actions: [action] }),
    }).last;
    expect(parked).toMatchObject({ state: { status: 'waiting' }, final: { type: 'answered' } });
    expect(play(parked.state, contextOf()).last).toMatchObject({ ask: null, final: { type: 'ignored', reason: 'webhook_pending' } });
  });

  test('that never stops asking for itself is cut off', () => {
    const action = { type: 'setVariable', expectsDedicatedReply: true };
    let last = play(waitingAt(), contextOf()).last;
    let calls = 0;
    for (; last.ask !== null; calls += 1) last = step(last.state, { type: 'replied', reply: reply({ actions: [action] }) }, contextOf());
    expect(calls).toBe(21);
    expect(last).toMatchObject({ state: { status: 'idle' }, sessions: [{ status: 'closed', reason: 'error' }] });
  });
});

describe('setbacks', () => {
  test('a lost session starts again once, for the same message', () => {
    const lost: StepInput = { type: 'sessionLost', cause: 'Session not found.' };
    const { steps, last, asked } = play(
      waitingAt(),
      contextOf({ freshSessionId: 'second' }),
      lost,
      { type: 'replied', reply: reply({ input: textInput, started }) },
      lost,
    );
    expect(asked.map((call) => call?.type)).toEqual(['continue', 'start', 'continue']);
    expect(steps[1]?.sessions).toMatchObject([{ status: 'closed', reason: 'bot_lost' }]);
    expect(last).toMatchObject({ state: { status: 'idle' }, final: { type: 'dead', reason: 'session_lost' } });
  });

  test('a call that surely was not sent is made again for five minutes, then its event is dead and the question stands', () => {
    const before = waitingAt();
    const settings = { errorMessage: 'Sorry' };
    let at = now;
    let last = play(before, contextOf({ settings })).last;
    const waits: number[] = [];
    for (let tries = 0; tries < 40 && last.final === null; tries += 1) {
      last = decided(
        step(last.state, { type: 'notSent', cause: 'connection_refused', retryAfterMs: null }, contextOf({ settings, now: at })),
      );
      if (last.waitMs === null) break;
      waits.push(last.waitMs);
      at += last.waitMs;
      last = decided(step(last.state, { type: 'due' }, contextOf({ settings, now: at })));
    }
    expect(waits.slice(0, 6)).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
    expect(at - now).toBe(300_000);
    expect(last).toMatchObject({ final: { type: 'dead', reason: 'bot_unreachable' }, state: { status: 'waiting' } });
    expect(texts(last.say)).toEqual(['Sorry']);
  });

  test('tries during an outage do not count against a start that is in doubt afterwards', () => {
    const later = (input: StepInput, state: Conversation) =>
      decided(step(decided(step(state, input, contextOf())).state, { type: 'due' }, contextOf({ now: now + 60_000 }))).state;
    const unreached: StepInput = { type: 'notSent', cause: 'connection_refused', retryAfterMs: null };
    let state = play(idle, contextOf()).last.state;
    for (let tries = 0; tries < 9; tries += 1) state = later(unreached, state);
    expect(later({ type: 'uncertain', cause: 'timeout' }, state)).toMatchObject({
      status: 'calling',
      turn: { call: { type: 'start' }, attempt: 1 },
    });
  });

  test('a refusal ends the event and leaves the question', () => {
    const before = waitingAt();
    const { last } = play(before, contextOf(), { type: 'refused', cause: 'bot_refused: Closed', status: 400 });
    expect(last).toMatchObject({ final: { type: 'dead', reason: 'bot_refused: Closed' }, state: before });
  });

  test('an uncertain answer is never said again by default, and the chat rests', () => {
    const { last } = play(waitingAt(), contextOf({ settings: { uncertainMessage: 'Please repeat' } }), {
      type: 'uncertain',
      cause: 'timeout',
    });
    expect(last).toMatchObject({
      ask: null,
      quarantine: true,
      final: { type: 'uncertain', reason: 'timeout' },
      state: { status: 'waiting' },
    });
    expect(texts(last.say)).toEqual(['Please repeat', 'Hello']);
  });

  test('an uncertain answer is said again where the integration wants at least once', () => {
    const { last } = play(waitingAt(), contextOf({ settings: { delivery: 'at-least-once' } }), { type: 'uncertain', cause: 'timeout' });
    expect(last).toMatchObject({ quarantine: true, final: null, state: { status: 'due' } });
  });

  test('two uncertain answers in a row end the session; one that was answered between them does not', () => {
    const uncertain: StepInput = { type: 'uncertain', cause: 'timeout' };
    const once = play(waitingAt(), contextOf(), uncertain).last.state;
    expect(play(once, contextOf(), uncertain).last).toMatchObject({
      state: { status: 'idle' },
      sessions: [{ status: 'closed', reason: 'error' }],
    });
    const healed = play(once, contextOf(), { type: 'replied', reply: reply({ input: textInput }) }).last.state;
    expect(play(healed, contextOf(), uncertain).last.state.status).toBe('waiting');
  });

  test('an uncertain start is made once more, since it carries no words of the contact', () => {
    const uncertain: StepInput = { type: 'uncertain', cause: 'timeout' };
    const first = play(idle, contextOf(), uncertain).last;
    expect(first.state.status).toBe('due');
    const second = step(step(first.state, { type: 'due' }, contextOf({ now: now + 1_000 })).state, uncertain, contextOf());
    expect(second).toMatchObject({ state: { status: 'idle' }, final: { type: 'uncertain', reason: 'timeout' } });
  });
});
