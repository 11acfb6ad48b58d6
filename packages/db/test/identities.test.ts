import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mergeConversations, conversationsOf, order } from '../src/index.ts';
import { chatOf, group, instanceId, known, letter, newContact, openMailbox, session, type PendingSessionEvent, tells } from './mailbox.ts';

/** Whose an event is, when a contact has several names and a group several people. */
const { database, write, row, inbox, loadOne, stands, handleAll, close } = await openMailbox();
afterAll(close);

describe('who an event is from', () => {
  test.each([
    ['553188887777@s.whatsapp.net', '5531988887777@s.whatsapp.net'],
    ['525512345678@s.whatsapp.net', '5215512345678@s.whatsapp.net'],
    ['541123456789@s.whatsapp.net', '5491123456789@s.whatsapp.net'],
  ])('%s and %s are one chat', async (shorter, longer) => {
    await write(letter(shorter, 'a'), letter(longer, 'b'), letter(shorter, 'c'));
    expect(await inbox(chatOf(longer))).toEqual(['a', 'b', 'c']);
    expect(await row(chatOf(shorter))).toMatchObject({ jid: shorter });
  });

  test('a name that was told to be a phone’s is that phone from then on, also within a batch', async () => {
    const who = newContact();
    await write(letter(who.lid, 'a'), letter(who.lid, 'b', tells(who)), letter(who.phone, 'c'));
    await write(letter(who.lid, 'd'), letter(who.phone, 'e'));
    expect(await inbox(who.phoneChat)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await row(who.phoneChat)).toMatchObject({ jid: who.phone, merge_from: null });
    expect(await row(who.lidChat)).toBeUndefined();
  });

  test('a phone is called as it was told, not as the rules would have it', async () => {
    const lid = '190000000000001@lid';
    await write(letter(lid, 'a', { pair: ['553177776666@s.whatsapp.net', lid] }));
    expect(await row(chatOf('5531977776666@s.whatsapp.net'))).toMatchObject({ jid: '553177776666@s.whatsapp.net' });
  });

  test('what one instance has learnt, another does not know', async () => {
    const who = newContact();
    await write(letter(who.lid, 'a', tells(who)), letter(who.lid, 'a', { instance: 'inst-2' }));
    expect(await inbox(chatOf(who.lid, null, 'inst-2'))).toEqual(['a']);
  });

  test('the first phone told of a name stands', async () => {
    const [who, another] = [newContact(), newContact()];
    await write(letter(who.lid, 'a', tells(who)));
    await write(letter(another.phone, 'b', { pair: [another.phone, who.lid] }), letter(who.lid, 'c'));
    expect(await inbox(who.phoneChat)).toEqual(['a', 'c']);
    expect(await inbox(another.phoneChat)).toEqual(['b']);
  });

  test('an event that comes again after its sender became known is known, under either name', async () => {
    const who = newContact();
    await write(letter(who.lid, 'a'));
    await write(letter(who.lid, 'a'), letter(who.lid, 'b', tells(who)));
    const again = await write(letter(who.lid, 'a'), letter(who.phone, 'a', tells(who)), letter(who.phone, 'b'), letter(who.lid, 'b'));
    expect(again).toEqual([]);
    expect([await inbox(who.lidChat), await inbox(who.phoneChat)]).toEqual([['a'], ['b']]);
  });

  test('a command by any name goes to the phone', async () => {
    const who = newContact();
    await write(letter(who.phone, 'a', tells(who)));
    const ordered = await order(database.sql, instanceId, who.lid, { type: 'pause', sessionId: randomUUID() });
    expect(ordered).toEqual({ conversationId: who.phoneChat, seq: 2 });
  });

  test('all conversations of a contact are found by any name', async () => {
    const who = newContact();
    await write(letter(who.lid, 'a'));
    await write(letter(who.phone, 'b', tells(who)), letter(who.bsuid, 'c', { pair: [who.phone, who.bsuid] }));
    const all = [who.phoneChat, who.lidChat, chatOf(who.bsuid)].toSorted();
    for (const name of [who.phone, who.lid, who.bsuid]) {
      expect((await conversationsOf(database.sql, instanceId, known(name))).toSorted()).toEqual(all);
    }
  });
});

describe('in a group where each participant has a conversation', () => {
  beforeAll(async () => {
    await database.sql`insert into businesses (business_id, name) values ('b', 'b') on conflict do nothing`;
    for (const [id, settings] of Object.entries({
      apart: { groups: 'allow', groupConversations: 'participant' },
      together: { groups: 'allow' },
      ignored: { groupConversations: 'participant' },
    })) {
      await database.sql`insert into instances (instance_id, business_id) values (${id}, 'b')`;
      await database.sql`
        insert into typebot_integrations (typebot_integration_id, instance_id, public_id, typebot_url, enabled, settings)
        values (${randomUUID()}, ${id}, 'bot', 'https://typebot.io', true, ${JSON.stringify(settings)}::text::jsonb)`;
    }
  });

  const inGroup = (instance: string, participant: string, keyId: string, more: PendingSessionEvent = {}) =>
    letter(group, keyId, { instance, participant, ...more });

  test('they are kept apart, by whom they are of', async () => {
    const [ana, bob] = [newContact(), newContact()];
    await write(inGroup('apart', ana.phone, 'a'), inGroup('apart', bob.phone, 'b'), inGroup('apart', ana.phone.replace('@', ':3@'), 'c'));
    const [anas, bobs] = [ana, bob].map(({ phone }) => chatOf(group, phone, 'apart'));
    expect(await inbox(anas ?? '')).toEqual(['a', 'c']);
    expect(await inbox(bobs ?? '')).toEqual(['b']);
    expect(await row(anas ?? '')).toMatchObject({ jid: group, participant: ana.phone });
    expect(await loadOne(anas ?? '')).toMatchObject({ jid: group, participant: ana.phone });
  });

  test.each(['together', 'ignored'])('they are not where the instance has it otherwise: %s', async (instance) => {
    const [ana, bob] = [newContact(), newContact()];
    await write(inGroup(instance, ana.phone, ana.phone), inGroup(instance, bob.phone, bob.phone));
    expect(await inbox(chatOf(group, null, instance))).toEqual([ana.phone, bob.phone]);
    expect(await row(chatOf(group, null, instance))).toMatchObject({ participant: null });
  });

  test('what our own phone or nobody wrote is the group’s', async () => {
    const us = newContact();
    await write(inGroup('apart', us.phone, 'ours', { fromMe: true }), letter(group, 'nobody', { instance: 'apart' }));
    expect(await inbox(chatOf(group, null, 'apart'))).toEqual(['ours', 'nobody']);
  });

  test('a participant known by two names is one, and what began under the first goes on in every group', async () => {
    const who = newContact();
    const elsewhere = '120363000000000009@g.us';
    const living = session();
    await write(
      inGroup('apart', who.lid, 'a'),
      letter(elsewhere, 'b', { instance: 'apart', participant: who.lid }),
      letter(who.lid, 'c', { instance: 'apart' }),
    );
    await stands(chatOf(elsewhere, who.lid, 'apart'), { status: 'waiting', session: living });
    await write(inGroup('apart', who.lid, 'd', { pair: [who.phone, who.lid] }));
    const mine = chatOf(group, who.phone, 'apart');
    expect(await inbox(mine)).toEqual(['d']);
    expect(await mergeConversations(database.sql, mine)).toBe(false);
    await handleAll(chatOf(group, who.lid, 'apart'));
    expect(await mergeConversations(database.sql, mine)).toBe(true);

    await write(letter(elsewhere, 'e', { instance: 'apart', participant: who.phone }), letter(who.lid, 'f', { instance: 'apart' }));
    const there = chatOf(elsewhere, who.phone, 'apart');
    expect(await mergeConversations(database.sql, there)).toBe(true);
    expect(await loadOne(there)).toMatchObject({
      state: { status: 'waiting', session: living },
      participant: who.phone,
      head: { messageId: 'e' },
    });
    expect(await row(chatOf(who.phone, null, 'apart'))).toMatchObject({ merge_from: chatOf(who.lid, null, 'apart'), participant: null });
  });
});
