import { describe, expect, test } from 'vitest';
import {
  bubble,
  contextOf,
  jid,
  now,
  pausedAt,
  play,
  reply,
  said,
  started,
  take,
  textInput,
  textsOf,
  waitingAt,
} from '../../test/scenario.ts';
import type { Conversation, SettingsInput } from '../index.ts';

const idle: Conversation = { status: 'idle' };
const keywords: SettingsInput = {
  keywords: {
    finish: [{ word: 'Sair', answer: 'Bye' }],
    restart: [{ word: 'início', answer: 'Again' }],
    pause: [{ word: 'humano', answer: 'One moment' }],
    resume: [{ word: '#bot', answer: 'Here I am' }],
  },
};
const hear = (state: Conversation, text: string, settings: SettingsInput = {}, given: Parameters<typeof contextOf>[0] = {}) =>
  take(state, contextOf({ event: said(text), settings: { ...keywords, ...settings }, ...given }));
const typed = (state: Conversation, text: string, settings: SettingsInput = {}, given: Parameters<typeof contextOf>[0] = {}) =>
  hear(state, text, settings, { event: said(text, { keyFromMe: true, pushName: 'Owner' }), ...given });
const changes = ({ sessions }: { sessions: { status: string; reason: string | null }[] }) =>
  sessions.map(({ status, reason }) => (reason === null ? status : `${status}: ${reason}`));

describe('a keyword is the whole message', () => {
  test.each([
    ['as it was set', 'Sair', true],
    ['in another case and with other accents', '  SAÍR ', true],
    ['among other words', 'quero sair', false],
    ['with punctuation', 'sair!', true],
    ['bold', '*Sair*', true],
    ['with an emoji', 'SAIR 👋', true],
    ['after an invisible character', '\u200Esair', true],
    ['but not after the sign of a command', '#sair', false],
  ])('%s', (_, text, isKeyword) => {
    expect(hear(waitingAt(), text).ask === null).toBe(isKeyword);
  });

  test('also as the title of a tapped choice, but not as a caption', () => {
    const tapped = said('', { contentType: 'buttonsResponse', content: { selectedButtonId: 'x', selectedDisplayText: 'sair' } });
    expect(changes(hear(waitingAt(), '', {}, { event: tapped }))).toEqual(['closed: keyword']);
    const captioned = said('', { contentType: 'image', content: { url: 'https://x.io/a.png', caption: 'sair' } });
    expect(changes(hear(waitingAt(), '', {}, { event: captioned }))).toEqual([]);
  });
});

describe('what each keyword of the contact does', () => {
  test.each<[string, Conversation, string, string, string[], string[]]>([
    ['finish ends the session', waitingAt(), 'sair', 'idle', ['closed: keyword'], ['Bye']],
    ['finish without a session starts nothing', idle, 'sair', 'idle', [], ['Bye']],
    ['restart ends the session and starts a new one', waitingAt(), 'inicio', 'calling', ['closed: keyword'], ['Again']],
    ['restart without a session starts the bot', idle, 'inicio', 'calling', [], ['Again']],
    ['restart after the end starts the bot', { status: 'ended', at: now }, 'inicio', 'calling', [], ['Again']],
    ['pause pauses the session', waitingAt(), 'humano', 'paused', ['paused: keyword'], ['One moment']],
    ['pause without a session opens a paused one', idle, 'humano', 'paused', ['paused: keyword'], ['One moment']],
    ['resume gives a paused chat to the bot', pausedAt(), '#bot', 'waiting', ['open'], ['Here I am']],
    ['finish in a paused chat is ignored', pausedAt(), 'sair', 'paused', [], []],
    ['restart in a paused chat is ignored', pausedAt(), 'inicio', 'paused', [], []],
    ['pause in a paused chat is ignored', pausedAt(), 'humano', 'paused', [], []],
  ])('%s', (_, state, text, status, sessions, say) => {
    const next = hear(state, text);
    expect(next.state.status).toBe(status);
    expect(changes(next)).toEqual(sessions);
    expect(textsOf(next.say)).toEqual(say);
    const isIgnored = state.status === 'paused' && status === 'paused';
    if (isIgnored) expect(next.final).toEqual({ type: 'ignored', reason: 'paused' });
    else if (status !== 'calling') expect(next.final).toEqual({ type: 'answered' });
  });

  test('resume in a chat that is not paused is an ordinary answer', () => {
    expect(hear(waitingAt(), '#bot').ask).toMatchObject({ type: 'continue', message: '#bot' });
  });

  test('a restart starts the same bot in a new session, and the word is not the first answer', () => {
    const flow = { publicId: 'sales', trigger: { type: 'keyword' as const, value: 'buy' } };
    const settings = { ...keywords, flows: [flow], trigger: { type: 'none' as const } };
    const sales = play(idle, contextOf({ event: said('buy'), settings }), {
      type: 'replied',
      reply: reply({ bubbles: [bubble('Hello')], input: textInput, started }),
    }).last.state;
    const question = reply({ input: textInput, started });
    const again = play(sales, contextOf({ event: said('inicio'), settings, freshSessionId: 's-2' }), { type: 'replied', reply: question });
    expect(again.asked).toMatchObject([{ type: 'start', publicId: 'sales', variables: { firstMessage: '' } }]);
    expect(again.last).toMatchObject({ state: { status: 'waiting', session: { sessionId: 's-2' } }, final: { type: 'answered' } });
  });

  test('a restart starts the integration’s bot even if otherwise only the API may', () => {
    expect(hear(idle, 'inicio', { trigger: { type: 'none' } }).ask).toMatchObject({ type: 'start', publicId: 'my-bot' });
  });

  test('replies that are not dispatched are retracted when a keyword changes a session, and only then', () => {
    expect(['sair', 'inicio', 'humano'].map((word) => hear(waitingAt(), word).retractsReplies)).toEqual([true, true, true]);
    expect(hear(idle, 'sair').retractsReplies).toBe(false);
  });

  test('a keyword without an answer is applied silently', () => {
    expect(hear(waitingAt(), 'x', { keywords: { finish: ['x'] } })).toMatchObject({ state: { status: 'idle' }, say: [] });
  });
});

describe('what a human types on the phone', () => {
  test.each<[string, Conversation, string, string, string[], string[]]>([
    ['resume gives the chat back', pausedAt(), '#bot', 'waiting', ['open'], ['Here I am']],
    ['finish ends a paused session', pausedAt(), 'sair', 'idle', ['closed: keyword'], ['Bye']],
    ['finish ends an open session', waitingAt(), 'sair', 'idle', ['closed: keyword'], ['Bye']],
    ['restart starts a new session', pausedAt(), 'inicio', 'calling', ['closed: keyword'], ['Again']],
    ['resume in a chat that is not paused changes nothing', waitingAt(), '#bot', 'waiting', [], []],
    ['the pause keyword pauses like any other message', waitingAt(), 'humano', 'paused', ['paused: human'], []],
  ])('%s', (_, state, text, status, sessions, say) => {
    const next = typed(state, text);
    expect(next.state.status).toBe(status);
    expect(changes(next)).toEqual(sessions);
    expect(textsOf(next.say)).toEqual(say);
  });

  test('starts the bot without the human’s name in the contact’s place', () => {
    expect(typed(idle, 'inicio').ask).toMatchObject({ type: 'start', variables: { pushName: '', firstMessage: '', remoteJid: jid } });
  });

  test('is applied silently if a later event takes the chat at once', () => {
    expect(typed(pausedAt(), '#bot', {}, { isHeld: true })).toMatchObject({ state: { status: 'waiting' }, say: [], ask: null });
    const restarted = typed(pausedAt(), 'inicio', {}, { isHeld: true, freshSessionId: 's-2' });
    expect(restarted).toMatchObject({ state: { status: 'waiting', session: { sessionId: 's-2', bot: null } }, say: [], ask: null });
    expect(changes(restarted)).toEqual(['closed: keyword', 'open']);
  });

  test('is not a keyword if the phone is ignored', () => {
    expect(typed(waitingAt(), 'sair', { fromMe: 'ignore' }).final).toEqual({ type: 'ignored', reason: 'from_me' });
  });
});
