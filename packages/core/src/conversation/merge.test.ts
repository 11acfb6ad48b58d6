import { expect, test } from 'vitest';
import type { Conversation, Session } from './conversation.ts';
import { merge } from './merge.ts';

const session = (sessionId: string): Session => ({ sessionId, typebotIntegrationId: null, address: '', activeAt: 0, bot: null });
const [own, others] = [session('phone'), session('other')];
const waiting = (of: Session): Conversation => ({ status: 'waiting', session: of });
const paused = (of: Session): Conversation => ({ status: 'paused', session: of, since: 0 });
const idle: Conversation = { status: 'idle' };
const ended: Conversation = { status: 'ended', at: 7 };
const earlier: Conversation = { status: 'ended', at: 3 };

test.each<[string, Conversation, Conversation, Conversation, 'moved' | 'replaced' | null]>([
  ['neither has a session', idle, idle, idle, null],
  ['the other’s flow has finished', idle, ended, ended, null],
  ['both flows have finished', ended, earlier, ended, null],
  ['only the phone has a session', waiting(own), ended, waiting(own), null],
  ['only the other one has a session', idle, waiting(others), waiting(others), 'moved'],
  ['only the other one has, after a flow has finished', ended, paused(others), paused(others), 'moved'],
  ['the bot has both', waiting(own), waiting(others), waiting(own), 'replaced'],
  ['a human has the phone’s', paused(own), waiting(others), paused(own), 'replaced'],
  ['a human has both', paused(own), paused(others), paused(own), 'replaced'],
])('when %s', (_case, phone, other, state, becomes) => {
  expect(merge(phone, other)).toEqual({
    state,
    moved: becomes === 'moved' ? others : null,
    replaced: becomes === 'replaced' ? others : null,
  });
});

test('a chat that a human took under the other name stays paused', () => {
  expect(merge(waiting(own), paused(others))).toEqual({ state: paused(others), moved: others, replaced: own });
});
