import { type InboundEvent, parseJid } from '@typelane/core';
import { type FakeTypebot, inboundText, startFakeTypebot, waitUntil } from '@typelane/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { textsIn } from './consumer.ts';
import { createGate, type Gate } from './gate.ts';
import { type Pipeline, startPipeline } from './harness.ts';
import { finalOf } from './tables.ts';
import { arrivalsOf, echoBot } from './order/echo-bot.ts';

/** One contact with several addresses, and several people in one group, as Typebot and the contact see them. */
let typebot: FakeTypebot;
let gate: Gate;
let pipeline: Pipeline;
let instanceId: string;

const phone = '5531999990000@s.whatsapp.net';
const lid = '123456789012345@lid';
const group = '120363000000000000@g.us';

beforeEach(async () => {
  typebot = await startFakeTypebot({ bots: { echo: echoBot } });
  gate = await createGate(typebot.url);
  // No sweep finds a chat whose wake-up is missing.
  pipeline = await startPipeline({ typebots: [gate.url], timeoutMs: 10_000, sweepMs: 60_000 });
  instanceId = await pipeline.register({ url: gate.url, publicId: 'echo' });
});

afterEach(async () => {
  checkRest();
  gate.releaseAnswers();
  await pipeline.close();
  await gate.close();
  await typebot.close();
});

/** Checked after every test. */
function checkRest(): void {
  typebot.assertClean();
  expect(pipeline.consumer.breaches).toEqual([]);
}

/** A message of a contact under one address; it may carry the other address too. */
function written(from: string, text: string, data: Record<string, unknown> = {}): InboundEvent {
  const event = inboundText({ instanceId, jid: from, text });
  return { ...event, data: { ...event.data, ...data } };
}

const byLid = (text: string) => written(lid, text);
const byPhone = (text: string) => written(phone, text);
const byLidWithPhone = (text: string) => written(lid, text, { keyRemoteJidAlt: phone });

/** Waits until all events are handled and all replies have arrived; returns how the events ended. */
async function settled(events: number): Promise<(string | null)[]> {
  const outcomes = await pipeline.tables.handled(instanceId, events);
  await pipeline.tables.acknowledged(instanceId);
  return outcomes.map(finalOf);
}

/** The replies with their addresses, in order of arrival. */
const told = () => pipeline.consumer.repliesTo(instanceId).flatMap((reply) => textsIn(reply).map((text) => `${reply.to} ${text}`));
const heard = () => arrivalsOf(typebot.heard).map(({ said }) => said);
const typebotSessions = () => new Set(typebot.heard.flatMap(({ sessionId }) => (sessionId === null ? [] : [sessionId]))).size;
const sessions = async () => (await pipeline.tables.sessions(instanceId)).map(({ jid, status }) => `${jid} ${status}`);

test('a contact who writes by LID, then by LID with the phone, then by phone has one conversation and is answered at the address of each message', async () => {
  await pipeline.publish(byLid('one'));
  await settled(1);
  await pipeline.publish(byLidWithPhone('two'));
  await settled(2);
  await pipeline.publish(byPhone('three'));
  await settled(3);
  await pipeline.publish(byLid('four'));
  expect(await settled(4)).toEqual(['answered', 'answered', 'answered', 'answered']);

  expect(heard()).toEqual(['one', 'two', 'three', 'four']);
  expect(typebotSessions()).toBe(1);
  expect(told()).toEqual([`${lid} started by one`, `${lid} heard two`, `${phone} heard three`, `${lid} heard four`]);
  expect(await sessions()).toEqual([`${phone} open`]);
});

test('the same holds when all three arrive at once', async () => {
  await pipeline.publish([byLid('one'), byLidWithPhone('two'), byPhone('three')]);
  await pipeline.publish(byLid('four'));
  await settled(4);
  expect(heard()).toEqual(['one', 'two', 'three', 'four']);
  expect(typebotSessions()).toBe(1);
});

test("a message that arrives during a call for the contact's other address waits for its turn", async () => {
  await pipeline.publish(byLid('one'));
  await settled(1);
  gate.holdAnswers();
  await pipeline.publish(byLid('two'));
  await waitUntil(() => heard().includes('two'), { what: 'the second message to arrive at Typebot' });
  for (const event of [byLid('three'), byLidWithPhone('four'), byPhone('five'), byLid('six')]) await pipeline.publish(event);
  await waitUntil(async () => (await pipeline.tables.outcomes(instanceId)).length === 6, { what: 'all events in the inboxes' });
  gate.releaseAnswers();
  await settled(6);
  expect(heard()).toEqual(['one', 'two', 'three', 'four', 'five', 'six']);
  expect(typebotSessions()).toBe(1);
  expect(told().map((line) => line.split(' ')[0])).toEqual([lid, lid, lid, lid, phone, lid]);
  expect(await sessions()).toEqual([`${phone} open`]);
});

test('messages under both addresses, interleaved while the addresses become known as one contact, reach Typebot in the order of their add', async () => {
  const contacts = Array.from({ length: 6 }, (_, index) => ({
    phone: `55319999910${index}0@s.whatsapp.net`,
    lid: `22345678901234${index}@lid`,
  }));
  const events = Array.from({ length: 10 }, (_, nth) =>
    contacts.map((who, index) => {
      const text = `${index}-${nth}`;
      // Until both addresses are known, the contact uses only one of them.
      if (nth < 2 + index) return written(who.lid, text);
      if (nth === 2 + index) return written(who.phone, text, { keyLid: who.lid });
      return written(nth % 2 === 0 ? who.lid : who.phone, text);
    }),
  ).flat();
  for (const event of events) await pipeline.publish(event);
  await settled(events.length);
  for (const index of contacts.keys()) {
    const mine = heard().filter((said) => said.startsWith(`${index}-`));
    expect(mine).toEqual(Array.from({ length: 10 }, (_, nth) => `${index}-${nth}`));
  }
  expect(typebotSessions()).toBe(contacts.length);
  expect((await sessions()).toSorted()).toEqual(contacts.map((who) => `${who.phone} open`));
});

test('a human who takes the chat under one address has taken it under the other', async () => {
  await pipeline.publish(byLid('one'));
  await settled(1);
  await pipeline.publish(written(lid, 'I am here', { keyFromMe: true, keyRemoteJidAlt: phone }));
  await settled(2);
  await pipeline.publish(byPhone('two'));
  expect(await settled(3)).toEqual(['answered', 'ignored: human', 'ignored: paused'].toSorted());
  expect(heard()).toEqual(['one']);
  expect(await sessions()).toEqual([`${phone} paused`]);
});

test('a Brazilian number with and without its ninth digit is one chat, answered as it wrote', async () => {
  const [eight, nine] = ['553188887777@s.whatsapp.net', '5531988887777@s.whatsapp.net'];
  await pipeline.publish(written(eight, 'one'));
  await settled(1);
  await pipeline.publish(written(nine, 'two'));
  await settled(2);
  expect(heard()).toEqual(['one', 'two']);
  expect(typebotSessions()).toBe(1);
  expect(told()).toEqual([`${eight} started by one`, `${nine} heard two`]);
});

test('a contact of the Cloud API without a phone is answered at the id it wrote from', async () => {
  await pipeline.publish(written('BR.1502576394655843', 'one'));
  await settled(1);
  await pipeline.publish(written('BR.1502576394655843', 'two', { wa_id: '5531999990000' }));
  await settled(2);
  expect(told()).toEqual(['BR.1502576394655843 started by one', 'BR.1502576394655843 heard two']);
  expect(await sessions()).toEqual([`${phone} open`]);
});

test('each participant of a group has a separate session, and pausing one does not pause the other', async () => {
  instanceId = await pipeline.register({
    url: gate.url,
    publicId: 'echo',
    settings: { groups: 'allow', groupConversations: 'participant' },
  });
  const [ana, bob] = ['5531999990001@s.whatsapp.net', '5531999990002@s.whatsapp.net'];
  const inGroup = (participant: string, text: string) => written(group, text, { keyParticipant: participant });
  await pipeline.publish([inGroup(ana, 'ana 1'), inGroup(bob, 'bob 1')]);
  await settled(2);
  expect(typebotSessions()).toBe(2);
  expect(await sessions()).toEqual([`${group} open`, `${group} open`]);
  const started = typebot.heard.map(({ variables }) => [variables?.['keyParticipant'], variables?.['phone'], variables?.['keyRemoteJid']]);
  expect(started.toSorted()).toEqual([
    [ana, '5531999990001', group],
    [bob, '5531999990002', group],
  ]);

  await order(ana, 'pause');
  await pipeline.publish([inGroup(ana, 'ana 2'), inGroup(bob, 'bob 2')]);
  const finals = await settled(5);
  expect(finals.toSorted()).toEqual(['answered', 'answered', 'answered', 'answered', 'ignored: paused']);
  expect(heard().toSorted()).toEqual(['ana 1', 'bob 1', 'bob 2']);
  expect(told().toSorted()).toEqual([`${group} heard bob 2`, `${group} started by ana 1`, `${group} started by bob 1`]);
});

test.each([true, false])(
  "the echo of the bot's reply to a participant does not count as a human; the consumer reports key ids: %s",
  async (tells) => {
    instanceId = await pipeline.register({
      url: gate.url,
      publicId: 'echo',
      settings: { groups: 'allow', groupConversations: 'participant' },
    });
    pipeline.consumer.tellsKeyIds(tells);
    const echo = written(group, 'started by ana 1', { keyFromMe: true, keyParticipant: null });
    const isBack = Promise.withResolvers<void>();
    pipeline.consumer.during(async () => {
      await pipeline.publish(echo);
      await isBack.promise;
    });
    await pipeline.publish(written(group, 'ana 1', { keyParticipant: phone }));
    const outcomes = await pipeline.tables.handled(instanceId, 2);
    isBack.resolve();
    expect(outcomes.map(finalOf).toSorted()).toEqual(['answered', 'ignored: echo']);
    expect(await sessions()).toEqual([`${group} open`]);
  },
);

test('a group that is one conversation answers everybody in one session', async () => {
  instanceId = await pipeline.register({ url: gate.url, publicId: 'echo', settings: { groups: 'allow' } });
  const inGroup = (participant: string, text: string) => written(group, text, { keyParticipant: participant });
  await pipeline.publish([inGroup(phone, 'one'), inGroup(lid, 'two')]);
  await settled(2);
  expect(typebotSessions()).toBe(1);
  expect(told()).toEqual([`${group} started by one`, `${group} heard two`]);
});

/** Inserts a command for a participant's session, as the API does for a given session. */
async function order(participant: string, type: 'pause'): Promise<void> {
  const [session] = await pipeline.database.sql<{ sessionId: string; conversationId: string; keyRemoteJid: string }[]>`
    select session_id as "sessionId", conversation_id as "conversationId", key_remote_jid as "keyRemoteJid"
    from sessions join conversations using (conversation_id) where participant = ${parseJid(participant)?.jid ?? ''}`;
  if (!session) throw new Error(`${participant} has no session`);
  const ordered = await pipeline.order(instanceId, session, { type, sessionId: session.sessionId });
  expect(await ordered.outcome()).toBe('answered');
}
