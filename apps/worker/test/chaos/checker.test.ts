import type { OutboundReply } from '@typelane/core';
import type { Heard } from '@typelane/testkit';
import { expect, test } from 'vitest';
import { faultsOf, type History, type Published } from './checker.ts';

/** The checker itself: it accepts a history that keeps every guarantee and detects each way to break one. */
const jid = '5531977000001@s.whatsapp.net';
const events: Published[] = [1, 2, 3].map((n) => ({ instanceId: 'once', jid, keyId: `key-${n}`, n, text: `<once/0/${n}>` }));

const heardOf = ({ n, text, instanceId }: Published, change: Partial<Heard> = {}): Heard => ({
  at: n,
  endedAt: n,
  kind: n === 1 ? 'start' : 'continue',
  sessionId: `session-${instanceId}`,
  publicId: 'echo',
  message: n === 1 ? undefined : text,
  variables: n === 1 ? { firstMessage: text } : null,
  headers: {},
  path: '/',
  processed: true,
  status: 200,
  reply: null,
  ...change,
});

const replyOf = ({ n, text, instanceId, keyId }: Published, change: Partial<OutboundReply> = {}): OutboundReply =>
  ({
    replyId: `reply-${instanceId}-${n}`,
    instanceId,
    to: jid,
    seq: n,
    inReplyTo: keyId,
    messages: [{ id: `message-${n}`, type: 'text', text: `${n === 1 ? 'started by' : 'heard'} ${text}` }],
    ...change,
  }) as OutboundReply;

const endedOf = ({ n, instanceId, keyId }: Published) => ({ instanceId, jid, keyId, seq: n, final: 'answered', reason: null });

function historyOf(change: Partial<History> = {}): History {
  return {
    published: events,
    heard: events.map((event) => heardOf(event)),
    overlaps: 0,
    deliveries: events.map((event) => replyOf(event)),
    ended: events.map(endedOf),
    deadLetters: 1,
    othersDrained: true,
    allDrained: true,
    regressions: [],
    leaks: [],
    poison: 1,
    atLeastOnce: new Set(['again']),
    spoiltMax: 0,
    callsLostMax: 0,
    redeliveriesMax: 0,
    logs: ['{"level":30,"conversationId":"a","msg":"turn.done"}'],
    ...change,
  };
}

const [first, second, third] = events as [Published, Published, Published];
/** The same chat on an instance that repeats uncertain turns. */
const again = (event: Published): Published => ({ ...event, instanceId: 'again' });

test('a history that keeps every guarantee has no faults', () => {
  expect(faultsOf(historyOf())).toEqual([]);
});

test.each<[broken: string, invariant: string, change: Partial<History>]>([
  ['an event is nowhere', 'I1', { ended: [first, second].map(endedOf) }],
  ['an event stands twice', 'I1', { ended: [...events, third].map(endedOf) }],
  ['an event has no end', 'I1', { ended: [...events.slice(0, 2).map(endedOf), { ...endedOf(third), final: null }] }],
  ['an event nobody published', 'I2', { ended: [...events, { ...third, keyId: 'other' }].map(endedOf) }],
  ['two messages change places', 'I3', { heard: [first, third, second].map((event) => heardOf(event)) }],
  ['two requests meet on a session', 'I4', { overlaps: 1 }],
  ['a message is heard again', 'I5', { heard: [first, second, second, third].map((event) => heardOf(event)) }],
  [
    'a message that is to be heard at least once is answered and was not gone through with',
    'I6',
    {
      published: events.map(again),
      heard: events.map((event) => heardOf(again(event), { processed: event.n !== 2 })),
      deliveries: events.map((event) => replyOf(again(event))),
      ended: events.map((event) => endedOf(again(event))),
    },
  ],
  ['an answer Typebot never gave', 'I7', { heard: events.map((event) => heardOf(event, event.n === 2 ? { status: 500 } : {})) }],
  ['a reply is missing', 'I8', { deliveries: [first, second].map((event) => replyOf(event)) }],
  ['replies change places', 'I8', { deliveries: [first, third, second].map((event) => replyOf(event)) }],
  ['a reply to what nobody said', 'I9', { deliveries: [...events.map((event) => replyOf(event)), replyOf({ ...third, text: '<x>' })] }],
  ['a reply is delivered twice', 'I10', { deliveries: [first, second, second, third].map((event) => replyOf(event)) }],
  [
    'two chats share a session',
    'I11',
    {
      published: [...events, { ...first, jid: 'other', keyId: 'key-4', text: '<once/1/1>' }],
      heard: [...events.map((event) => heardOf(event)), heardOf({ ...first, text: '<once/1/1>' })],
    },
  ],
  ['a number falls', 'I12', { regressions: ['version of a fell'] }],
  [
    'a call is taken for lost while its worker lives',
    'I13',
    { spoiltMax: 3, ended: [endedOf(first), { ...endedOf(second), final: 'uncertain', reason: 'worker_lost' }, endedOf(third)] },
  ],
  [
    'a doubt without a spoiled answer',
    'I13',
    { callsLostMax: 3, ended: [endedOf(first), { ...endedOf(second), final: 'uncertain', reason: 'timeout' }, endedOf(third)] },
  ],
  ['a chat that is stuck', 'I14', { allDrained: false }],
  ['a chat that is stuck beside a mute Typebot', 'I15', { othersDrained: false }],
  ['poison that left nothing', 'I16', { deadLetters: 0 }],
  ['words in a log', 'I17', { logs: [`{"msg":"turn.failed","text":"${second.text}"}`] }],
  ['a number in a log', 'I17', { logs: ['{"msg":"turn.failed","jid":"5531977000001"}'] }],
  ['a connection that stays', 'I18', { leaks: ['workers hold 1 connection too many'] }],
])('%s: %s', (_broken, invariant, change) => {
  const found = faultsOf(historyOf(change)).map((fault) => fault.invariant.split(' ')[0]);
  expect(found).toContain(invariant);
});
