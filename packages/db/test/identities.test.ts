import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mergeConversations, conversationsOf, order } from '../src/index.ts';
import { chatOf, group, instanceId, jidOf, eventFrom, newContact, openInboxes, session, type EventChange, namingBoth } from './inboxes.ts';

/** Which conversation gets an event when a contact has several names, or a group several participants. */
const { database, write, row, inbox, loadOne, handleAllAs, handleAll, close } = await openInboxes();
afterAll(close);

describe('who an event is from', () => {
  test.each([
    ['553188887777@s.whatsapp.net', '5531988887777@s.whatsapp.net'],
    ['525512345678@s.whatsapp.net', '5215512345678@s.whatsapp.net'],
    ['541123456789@s.whatsapp.net', '5491123456789@s.whatsapp.net'],
  ])('%s and %s are one conversation', async (shorter, longer) => {
    await write(eventFrom(shorter, 'a'), eventFrom(longer, 'b'), eventFrom(shorter, 'c'));
    expect(await inbox(chatOf(longer))).toEqual(['a', 'b', 'c']);
    expect(await row(chatOf(shorter))).toMatchObject({ jid: shorter });
  });

  test('a name whose phone is learned belongs to the phone from then on, also within a batch', async () => {
    const who = newContact();
    await write(eventFrom(who.lid, 'a'), eventFrom(who.lid, 'b', namingBoth(who)), eventFrom(who.phone, 'c'));
    await write(eventFrom(who.lid, 'd'), eventFrom(who.phone, 'e'));
    expect(await inbox(who.phoneChat)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await row(who.phoneChat)).toMatchObject({ jid: who.phone, merge_from: null });
    expect(await row(who.lidChat)).toBeUndefined();
  });

  test('a phone keeps the form that an event names, not the form of the numbering rules', async () => {
    const lid = '190000000000001@lid';
    await write(eventFrom(lid, 'a', { pair: ['553177776666@s.whatsapp.net', lid] }));
    expect(await row(chatOf('5531977776666@s.whatsapp.net'))).toMatchObject({ jid: '553177776666@s.whatsapp.net' });
  });

  test('names learned at one instance are unknown at another', async () => {
    const who = newContact();
    await write(eventFrom(who.lid, 'a', namingBoth(who)), eventFrom(who.lid, 'a', { instance: 'inst-2' }));
    expect(await inbox(chatOf(who.lid, null, 'inst-2'))).toEqual(['a']);
  });

  test('the first phone learned for a name stays', async () => {
    const [who, another] = [newContact(), newContact()];
    await write(eventFrom(who.lid, 'a', namingBoth(who)));
    await write(eventFrom(another.phone, 'b', { pair: [another.phone, who.lid] }), eventFrom(who.lid, 'c'));
    expect(await inbox(who.phoneChat)).toEqual(['a', 'c']);
    expect(await inbox(another.phoneChat)).toEqual(['b']);
  });

  test('an event that is repeated after its sender became known is left out, under either name', async () => {
    const who = newContact();
    await write(eventFrom(who.lid, 'a'));
    await write(eventFrom(who.lid, 'a'), eventFrom(who.lid, 'b', namingBoth(who)));
    const again = await write(
      eventFrom(who.lid, 'a'),
      eventFrom(who.phone, 'a', namingBoth(who)),
      eventFrom(who.phone, 'b'),
      eventFrom(who.lid, 'b'),
    );
    expect(again).toEqual([]);
    expect([await inbox(who.lidChat), await inbox(who.phoneChat)]).toEqual([['a'], ['b']]);
  });

  test('a command by any name goes to the phone', async () => {
    const who = newContact();
    await write(eventFrom(who.phone, 'a', namingBoth(who)));
    const ordered = await order(database.sql, instanceId, who.lid, { type: 'pause', sessionId: randomUUID() });
    expect(ordered).toEqual({ conversationId: who.phoneChat, seq: 2 });
  });

  test('all conversations of a contact are found by any name', async () => {
    const who = newContact();
    await write(eventFrom(who.lid, 'a'));
    await write(eventFrom(who.phone, 'b', namingBoth(who)), eventFrom(who.bsuid, 'c', { pair: [who.phone, who.bsuid] }));
    const all = [who.phoneChat, who.lidChat, chatOf(who.bsuid)].toSorted();
    for (const name of [who.phone, who.lid, who.bsuid]) {
      expect((await conversationsOf(database.sql, instanceId, jidOf(name))).toSorted()).toEqual(all);
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

  const inGroup = (instance: string, participant: string, keyId: string, more: EventChange = {}) =>
    eventFrom(group, keyId, { instance, participant, ...more });

  test('each participant has a conversation', async () => {
    const [ana, bob] = [newContact(), newContact()];
    await write(inGroup('apart', ana.phone, 'a'), inGroup('apart', bob.phone, 'b'), inGroup('apart', ana.phone.replace('@', ':3@'), 'c'));
    const [anas, bobs] = [ana, bob].map(({ phone }) => chatOf(group, phone, 'apart'));
    expect(await inbox(anas ?? '')).toEqual(['a', 'c']);
    expect(await inbox(bobs ?? '')).toEqual(['b']);
    expect(await row(anas ?? '')).toMatchObject({ jid: group, participant: ana.phone });
    expect(await loadOne(anas ?? '')).toMatchObject({ jid: group, participant: ana.phone });
  });

  test.each(['together', 'ignored'])('participants share one conversation if the settings say so: %s', async (instance) => {
    const [ana, bob] = [newContact(), newContact()];
    await write(inGroup(instance, ana.phone, ana.phone), inGroup(instance, bob.phone, bob.phone));
    expect(await inbox(chatOf(group, null, instance))).toEqual([ana.phone, bob.phone]);
    expect(await row(chatOf(group, null, instance))).toMatchObject({ participant: null });
  });

  test('messages of our own phone and messages without a sender go to the group’s conversation', async () => {
    const us = newContact();
    await write(inGroup('apart', us.phone, 'ours', { fromMe: true }), eventFrom(group, 'nobody', { instance: 'apart' }));
    expect(await inbox(chatOf(group, null, 'apart'))).toEqual(['ours', 'nobody']);
  });

  test('a participant with two names has one conversation per group, which continues the one under the first name', async () => {
    const who = newContact();
    const elsewhere = '120363000000000009@g.us';
    const living = session();
    await write(
      inGroup('apart', who.lid, 'a'),
      eventFrom(elsewhere, 'b', { instance: 'apart', participant: who.lid }),
      eventFrom(who.lid, 'c', { instance: 'apart' }),
    );
    await handleAllAs(chatOf(elsewhere, who.lid, 'apart'), { status: 'waiting', session: living });
    await write(inGroup('apart', who.lid, 'd', { pair: [who.phone, who.lid] }));
    const mine = chatOf(group, who.phone, 'apart');
    expect(await inbox(mine)).toEqual(['d']);
    expect(await mergeConversations(database.sql, mine)).toBe(false);
    await handleAll(chatOf(group, who.lid, 'apart'));
    expect(await mergeConversations(database.sql, mine)).toBe(true);

    await write(eventFrom(elsewhere, 'e', { instance: 'apart', participant: who.phone }), eventFrom(who.lid, 'f', { instance: 'apart' }));
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
