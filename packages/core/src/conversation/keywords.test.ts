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
    ['in other case and accents', '  SAÍR ', true],
    ['among other words', 'quero sair', false],
    ['with a sign after it', 'sair!', false],
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
    ['restart ends the session and starts anew', waitingAt(), 'inicio', 'calling', ['closed: keyword'], ['Again']],
    ['restart without a session starts the bot', idle, 'inicio', 'calling', [], ['Again']],
    ['restart after the end starts the bot', { status: 'ended', at: now }, 'inicio', 'calling', [], ['Again']],
    ['pause leaves the session to a human', waitingAt(), 'humano', 'paused', ['paused: keyword'], ['One moment']],
    ['pause without a session makes one', idle, 'humano', 'paused', ['paused: keyword'], ['One moment']],
    ['resume gives a paused chat back', pausedAt(), '#bot', 'waiting', ['open'], ['Here I am']],
    ['finish in a paused chat is not heard', pausedAt(), 'sair', 'paused', [], []],
    ['restart in a paused chat is not heard', pausedAt(), 'inicio', 'paused', [], []],
    ['pause in a paused chat is not heard', pausedAt(), 'humano', 'paused', [], []],
  ])('%s', (_, state, text, status, sessions, say) => {
    const next = hear(state, text);
    expect(next.state.status).toBe(status);
    expect(changes(next)).toEqual(sessions);
    expect(textsOf(next.say)).toEqual(say);
    const isDeaf = state.status === 'paused' && status === 'paused';
    if (isDeaf) expect(next.final).toEqual({ type: 'ignored', reason: 'paused' });
    else if (status !== 'calling') expect(next.final).toEqual({ type: 'answered' });
  });

  test('resume where nothing is paused is an answer like any other', () => {
    expect(hear(waitingAt(), '#bot').ask).toMatchObject({ type: 'continue', message: '#bot' });
  });

  test('a restart begins the same bot anew, in a session of its own, and does not take the word for the first answer', () => {
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

  test('a restart starts the own bot where only the API may', () => {
    expect(hear(idle, 'inicio', { trigger: { type: 'none' } }).ask).toMatchObject({ type: 'start', publicId: 'my-bot' });
  });

  test('what was not handed out yet is taken back when the contact changes the subject, and only then', () => {
    expect(['sair', 'inicio', 'humano'].map((word) => hear(waitingAt(), word).retractsReplies)).toEqual([true, true, true]);
    expect(hear(idle, 'sair').retractsReplies).toBe(false);
  });

  test('a word without an answer is obeyed in silence', () => {
    expect(hear(waitingAt(), 'x', { keywords: { finish: ['x'] } })).toMatchObject({ state: { status: 'idle' }, say: [] });
  });
});

describe('what a human types on the phone', () => {
  test.each<[string, Conversation, string, string, string[], string[]]>([
    ['resume gives the chat back', pausedAt(), '#bot', 'waiting', ['open'], ['Here I am']],
    ['finish ends a held session', pausedAt(), 'sair', 'idle', ['closed: keyword'], ['Bye']],
    ['finish ends an open session', waitingAt(), 'sair', 'idle', ['closed: keyword'], ['Bye']],
    ['restart begins anew', pausedAt(), 'inicio', 'calling', ['closed: keyword'], ['Again']],
    ['resume where nothing is paused changes nothing', waitingAt(), '#bot', 'waiting', [], []],
    ['the word for a pause is a message like any other', waitingAt(), 'humano', 'paused', ['paused: human'], []],
  ])('%s', (_, state, text, status, sessions, say) => {
    const next = typed(state, text);
    expect(next.state.status).toBe(status);
    expect(changes(next)).toEqual(sessions);
    expect(textsOf(next.say)).toEqual(say);
  });

  test('starts the bot without the human in the contact’s place', () => {
    expect(typed(idle, 'inicio').ask).toMatchObject({ type: 'start', variables: { pushName: '', firstMessage: '', remoteJid: jid } });
  });

  test('is obeyed in silence when somebody behind takes the chat at once', () => {
    expect(typed(pausedAt(), '#bot', {}, { isHeld: true })).toMatchObject({ state: { status: 'waiting' }, say: [], ask: null });
    const restarted = typed(pausedAt(), 'inicio', {}, { isHeld: true, freshSessionId: 's-2' });
    expect(restarted).toMatchObject({ state: { status: 'waiting', session: { sessionId: 's-2', bot: null } }, say: [], ask: null });
    expect(changes(restarted)).toEqual(['closed: keyword', 'open']);
  });

  test('is no keyword where the phone is ignored', () => {
    expect(typed(waitingAt(), 'sair', { fromMe: 'ignore' }).final).toEqual({ type: 'ignored', reason: 'from_me' });
  });
});
