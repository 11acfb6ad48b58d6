import { randomUUID } from 'node:crypto';
import type { Conversation } from '@typelane/core';
import { afterAll, describe, expect, test } from 'vitest';
import { acknowledge, mergeConversations, order } from '../src/index.ts';
import { chatOf, type Contact, instanceId, letter, newContact, openMailbox, session, tells } from './mailbox.ts';

/** A contact with several names has one conversation, whatever stood in the others when the names became known. */
const { database, write, row, loadOne, stands, handleAll, sessionsOf, close } = await openMailbox();
afterAll(close);

describe('a contact who wrote under another name before', () => {
  /** The contact wrote by LID, its chat came to `state`, and then the phone became known. */
  async function joined(state: Conversation, phoneState: Conversation | null = null): Promise<Contact> {
    const who = newContact();
    await write(letter(who.lid, 'a'), letter(who.lid, 'b'));
    await stands(who.lidChat, state);
    if (phoneState) {
      await write(letter(who.phone, '0'));
      await stands(who.phoneChat, phoneState);
    }
    await write(letter(who.phone, 'c', tells(who)));
    return who;
  }

  test('goes on at once when nothing is left there', async () => {
    const who = await joined({ status: 'idle' });
    expect(await row(who.phoneChat)).toMatchObject({ merge_from: null });
    expect(await loadOne(who.phoneChat)).toMatchObject({ mustMerge: false, head: { messageId: 'c' } });
  });

  test.each<[string, Conversation]>([
    ['waits for an answer', { status: 'waiting', session: session() }],
    ['was taken by a human', { status: 'paused', session: session(), since: 5 }],
    ['came to an end', { status: 'ended', at: 7 }],
  ])('finds the bot where it %s', async (_where, state) => {
    const who = await joined(state);
    expect(await loadOne(who.phoneChat)).toMatchObject({ mustMerge: true });
    expect(await mergeConversations(database.sql, who.phoneChat)).toBe(true);
    expect(await loadOne(who.phoneChat)).toMatchObject({ mustMerge: false, state, head: { messageId: 'c', seq: 3 } });
    expect(await row(who.lidChat)).toMatchObject({ state: { status: 'idle' }, version: 1 });
    const expected =
      'session' in state
        ? { [state.session.sessionId]: [who.phoneChat, who.phone, state.status === 'paused' ? 'paused' : 'open', null] }
        : {};
    expect(await sessionsOf(who.phoneChat, who.lidChat)).toEqual(expected);
    // A worker that had either before writes nothing.
    expect(await row(who.phoneChat)).toMatchObject({ merge_from: null, version: 1 });
    expect(await mergeConversations(database.sql, who.phoneChat)).toBe(true);
  });

  test.each<[string, Conversation['status'], string]>([
    ['an event to handle', 'waiting', 'in_seq = in_seq + 1'],
    ['a call that may be running', 'calling', "open_call_until = clock_timestamp() + interval '1 minute', in_seq = in_seq + 1"],
    ['a wait in the flow', 'due', 'in_seq = in_seq + 1'],
  ])('waits until it is at its end: it has %s', async (_what, status, change) => {
    const who = newContact();
    await write(letter(who.lid, 'a'), letter(who.lid, 'b'));
    const living = session();
    await stands(who.lidChat, { status: 'waiting', session: living });
    await database.sql`update conversations set ${database.sql.unsafe(change)}, state = state || ${JSON.stringify({ status })}::text::jsonb where conversation_id = ${who.lidChat}`;
    await write(letter(who.phone, 'c', tells(who)));
    expect(await mergeConversations(database.sql, who.phoneChat)).toBe(false);
    expect(await row(who.phoneChat)).toMatchObject({ merge_from: who.lidChat, version: 0 });
    await database.sql`update conversations set state = ${JSON.stringify({ status: 'waiting', session: living })}::text::jsonb where conversation_id = ${who.lidChat}`;
    await handleAll(who.lidChat);
    expect(await mergeConversations(database.sql, who.phoneChat)).toBe(true);
    expect(await loadOne(who.phoneChat)).toMatchObject({ state: { status: 'waiting', session: living }, head: { messageId: 'c' } });
  });

  test('lets a turn of the phone’s that has begun come to its end first', async () => {
    const who = newContact();
    await write(letter(who.lid, 'a'), letter(who.phone, '0'));
    await stands(who.lidChat, { status: 'waiting', session: session() });
    await database.sql`update conversations set state = '{"status":"due"}' where conversation_id = ${who.phoneChat}`;
    await write(letter(who.lid, 'b', tells(who)));
    expect(await loadOne(who.phoneChat)).toMatchObject({ mustMerge: false, head: { messageId: '0' } });
    expect(await mergeConversations(database.sql, who.phoneChat)).toBe(false);
    expect(await row(who.phoneChat)).toMatchObject({ version: 0 });
    await database.sql`update conversations set state = '{"status":"idle"}', handled_seq = 1 where conversation_id = ${who.phoneChat}`;
    expect(await loadOne(who.phoneChat)).toMatchObject({ mustMerge: true, head: { messageId: 'b' } });
    expect(await mergeConversations(database.sql, who.phoneChat)).toBe(true);
  });

  test('with a session under each name keeps the phone’s', async () => {
    const [mine, theirs] = [session(), session()];
    const who = await joined({ status: 'waiting', session: theirs }, { status: 'waiting', session: mine });
    expect(await mergeConversations(database.sql, who.phoneChat)).toBe(true);
    expect(await sessionsOf(who.phoneChat, who.lidChat)).toEqual({
      [mine.sessionId]: [who.phoneChat, who.phone, 'open', null],
      [theirs.sessionId]: [who.lidChat, who.lid, 'closed', 'replaced'],
    });
    expect(await row(who.lidChat)).toMatchObject({ state: { status: 'idle' } });
    const told = await database.sql`select type, data from session_events where data ->> 'sessionId' = ${theirs.sessionId}`;
    expect(told).toMatchObject([{ type: 'session.closed', data: { reason: 'replaced', keyRemoteJid: who.lid } }]);
  });

  test('whom a human has under the other name stays in human hands', async () => {
    const [mine, theirs] = [session(), session()];
    const who = await joined({ status: 'paused', session: theirs, since: 5 }, { status: 'waiting', session: mine });
    expect(await mergeConversations(database.sql, who.phoneChat)).toBe(true);
    expect(await sessionsOf(who.phoneChat, who.lidChat)).toEqual({
      [mine.sessionId]: [who.phoneChat, who.phone, 'closed', 'replaced'],
      [theirs.sessionId]: [who.phoneChat, who.phone, 'paused', null],
    });
  });

  test('is not asked before Typebot has been quiet for the other name', async () => {
    const who = newContact();
    await write(letter(who.lid, 'a'));
    await stands(who.lidChat, { status: 'waiting', session: session() });
    await database.sql`update conversations set quarantine_until = clock_timestamp() + interval '1 minute', timer_at = '2030-01-01' where conversation_id = ${who.lidChat}`;
    await write(letter(who.phone, 'b', tells(who)));
    expect(await mergeConversations(database.sql, who.phoneChat)).toBe(true);
    expect(await loadOne(who.phoneChat)).toBeNull();
    const timers = await database.sql<{ id: string }[]>`
      select conversation_id as id from conversations where conversation_id = any(${[who.phoneChat, who.lidChat]}::uuid[]) and timer_at = '2030-01-01'`;
    expect(timers.map(({ id }) => id)).toEqual([who.phoneChat]);
    expect(await row(who.phoneChat)).toMatchObject({ state: { status: 'waiting' } });
  });

  test('still gets the replies that were on their way under the other name', async () => {
    const who = newContact();
    await write(letter(who.lid, 'a'));
    await stands(who.lidChat, { status: 'waiting', session: session() });
    const [first, second] = [randomUUID(), randomUUID()];
    await database.sql`
      insert into outbox (conversation_id, seq, reply_id, reply, dispatched_at)
      values (${who.lidChat}, 1, ${first}, '{}', clock_timestamp()), (${who.lidChat}, 2, ${second}, '{}', null)`;
    await database.sql`update conversations set out_seq = 2 where conversation_id = ${who.lidChat}`;
    await write(letter(who.phone, 'b', tells(who)));
    expect(await mergeConversations(database.sql, who.phoneChat)).toBe(true);
    expect(await acknowledge(database.sql, [{ replyId: first, keyIds: ['WA-1'], failure: null }])).toMatchObject([
      { replyId: second, seq: 2 },
    ]);
  });

  test('has one conversation after three', async () => {
    const who = newContact();
    const living = session();
    await write(letter(who.lid, 'a'), letter(who.bsuid, 'b'));
    await stands(who.lidChat, { status: 'waiting', session: living });
    await write(letter(who.phone, 'c', tells(who)), letter(who.phone, 'd', { pair: [who.phone, who.bsuid] }));
    expect(await mergeConversations(database.sql, who.phoneChat)).toBe(false);
    await handleAll(chatOf(who.bsuid));
    expect(await mergeConversations(database.sql, who.phoneChat)).toBe(true);
    expect(await loadOne(who.phoneChat)).toMatchObject({
      mustMerge: false,
      state: { status: 'waiting', session: living },
      head: { messageId: 'c' },
    });
    expect(await sessionsOf(who.phoneChat)).toEqual({ [living.sessionId]: [who.phoneChat, who.phone, 'open', null] });
  });

  test('is adopted once by any number of workers', async () => {
    const living = session();
    const who = await joined({ status: 'waiting', session: living });
    expect(await Promise.all([1, 2, 3, 4].map(() => mergeConversations(database.sql, who.phoneChat)))).toEqual([true, true, true, true]);
    expect(await row(who.phoneChat)).toMatchObject({ version: 1, state: { status: 'waiting', session: living } });
  });

  test('whose earlier conversation was erased goes on without it', async () => {
    const who = await joined({ status: 'waiting', session: session() });
    await database.sql`delete from conversations where conversation_id = ${who.lidChat}`;
    expect(await mergeConversations(database.sql, who.phoneChat)).toBe(true);
    expect(await loadOne(who.phoneChat)).toMatchObject({ mustMerge: false, state: { status: 'idle' } });
  });

  test('can have a session of then opened again', async () => {
    const who = newContact();
    await write(letter(who.lid, 'a'));
    await handleAll(who.lidChat);
    await write(letter(who.phone, 'b', tells(who)));
    const old = { conversationId: who.lidChat, keyRemoteJid: who.lid };
    const opened = await order(database.sql, instanceId, old, {
      type: 'open',
      sessionId: randomUUID(),
      snapshot: { typebotIntegrationId: null, bot: null },
    });
    expect(opened.conversationId).toBe(who.phoneChat);
    // What is about the session itself goes where it is.
    const closing = await order(database.sql, instanceId, old, { type: 'close', sessionId: randomUUID(), reason: 'operator' });
    expect(closing.conversationId).toBe(who.lidChat);
  });
});
