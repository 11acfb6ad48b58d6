import { expect, test } from 'vitest';
import { merge } from './merge.ts';
import type { Conversation, Session } from './state.ts';

const session = (sessionId: string): Session => ({ sessionId, typebotIntegrationId: null, address: '', activeAt: 0, bot: null });
const [mine, theirs] = [session('phone'), session('other')];
const waiting = (of: Session): Conversation => ({ status: 'waiting', session: of });
const paused = (of: Session): Conversation => ({ status: 'paused', session: of, since: 0 });
const idle: Conversation = { status: 'idle' };
const ended: Conversation = { status: 'ended', at: 7 };
const earlier: Conversation = { status: 'ended', at: 3 };

test.each<[string, Conversation, Conversation, Conversation, 'moved' | 'replaced' | null]>([
  ['neither has a session', idle, idle, idle, null],
  ['the other one came to its end', idle, ended, ended, null],
  ['both came to their end', ended, earlier, ended, null],
  ['only the phone has a session', waiting(mine), ended, waiting(mine), null],
  ['only the other one has a session', idle, waiting(theirs), waiting(theirs), 'moved'],
  ['only the other one has, after an end', ended, paused(theirs), paused(theirs), 'moved'],
  ['the bot has both', waiting(mine), waiting(theirs), waiting(mine), 'replaced'],
  ['a human has the phone’s', paused(mine), waiting(theirs), paused(mine), 'replaced'],
  ['a human has both', paused(mine), paused(theirs), paused(mine), 'replaced'],
])('when %s', (_case, phone, other, state, becomes) => {
  expect(merge(phone, other)).toEqual({
    state,
    moved: becomes === 'moved' ? theirs : null,
    replaced: becomes === 'replaced' ? theirs : null,
  });
});

test('a chat that a human took under the other name stays in human hands', () => {
  expect(merge(waiting(mine), paused(theirs))).toEqual({ state: paused(theirs), moved: theirs, replaced: mine });
});
