import type { OutboundReply } from '@typelane/core';
import type { Heard } from '@typelane/testkit';
import { echoed } from '../order/echo-bot.ts';
import { said } from './said.ts';

/** An event whose add was acknowledged. `lane`: its chat; `n`: its position in the chat, from 1; `text` is unique. */
export type Published = { instanceId: string; jid: string; keyId: string; n: number; text: string };

/** How an event ended, as the tables say. */
export type Ended = { instanceId: string; jid: string; keyId: string; seq: number; final: string | null; reason: string | null };

/** Everything visible from outside about the honest tenants; hostile ones are not checked. */
export type History = {
  published: readonly Published[];
  /** The requests Typebot received, in order of arrival. */
  heard: readonly Heard[];
  /** Requests that Typebot received while it was processing another one of the same session. */
  overlaps: number;
  /** The replies the consumer received, in order, redeliveries included. */
  deliveries: readonly OutboundReply[];
  ended: readonly Ended[];
  /** Of events that could not be read. */
  deadLetters: number;
  /** Chats with a Typebot that answers had come to their end in the time that recovery may take, while another one was still mute. */
  othersDrained: boolean;
  /** So had all chats, when the mute one was healed. */
  allDrained: boolean;
  /** Counters of a conversation row that decreased at any time. */
  regressions: readonly string[];
  /** Connections that workers leaked, and workers that ended badly. */
  leaks: readonly string[];
  poison: number;
  /** Instances that repeat uncertain turns. */
  atLeastOnce: ReadonlySet<string>;
  /** Calls whose outcome is unknowable because Typebot's answer was broken. */
  spoiltMax: number;
  /** Calls that were on record when their workers were killed or frozen. */
  callsLostMax: number;
  /** Deliveries that Redis' faults may have repeated. */
  redeliveriesMax: number;
  /** Everything the workers wrote to their logs. */
  logs: readonly string[];
};

export type Fault = { invariant: string; sentence: string };

/** The faults of a history. Empty: nothing was lost, repeated or reordered. Every check is one pass over the history. */
export function faultsOf(history: History): Fault[] {
  return Object.entries(invariants).flatMap(([invariant, check]) => check(history).map((sentence) => ({ invariant, sentence })));
}

const invariants: Record<string, (history: History) => string[]> = {
  'I1 every event ends once': ({ published, ended }) => {
    const ends = Map.groupBy(ended, ({ instanceId, keyId }) => `${instanceId} ${keyId}`);
    return published.flatMap(({ instanceId, keyId }) => {
      const [one, another] = ends.get(`${instanceId} ${keyId}`) ?? [];
      if (one?.final && !another) return [];
      return [`${instanceId} ${keyId} ${one === undefined ? 'is lost' : another ? 'stands twice in the inbox' : 'never ended'}`];
    });
  },
  'I2 nothing else stands in the inbox': ({ published, ended }) => {
    const known = new Set(published.map(({ instanceId, keyId }) => `${instanceId} ${keyId}`));
    return ended.filter(({ instanceId, keyId }) => !known.has(`${instanceId} ${keyId}`)).map(({ keyId }) => `${keyId} was never published`);
  },
  'I3 order': (history) =>
    lanes(history).flatMap(({ name, heard }) => {
      const firsts = [...new Map(heard.map((request) => [request.n, request])).keys()];
      return firsts.every((n, i) => n > (firsts[i - 1] ?? 0)) ? [] : [`${name} was heard as ${firsts.join(', ')}`];
    }),
  'I4 one request at a time': ({ overlaps }) => (overlaps === 0 ? [] : [`${overlaps} requests met another one on their session`]),
  'I5 at most once': (history) =>
    lanes(history)
      .filter(({ instanceId }) => !history.atLeastOnce.has(instanceId))
      .flatMap(({ name, heard }) => {
        const mayHaveWorked = heard.filter(({ kind, status }) => kind === 'continue' && status !== 429 && status !== 503);
        return repeated(mayHaveWorked.map(({ n }) => n)).map((n) => `${name}: Typebot heard ${n} again`);
      }),
  'I6 at least once': (history) =>
    lanes(history)
      .filter(({ instanceId }) => history.atLeastOnce.has(instanceId))
      .flatMap(({ name, heard, ended }) =>
        ended
          .filter(({ final, n }) => final === 'answered' && !heard.some((request) => request.n === n && request.processed))
          .map(({ n }) => `${name}: ${n} is answered and was never heard`),
      ),
  'I7 what is answered was heard': (history) =>
    lanes(history).flatMap(({ name, heard, ended }) =>
      ended
        .filter(({ final, n }) => final === 'answered' && !heard.some((request) => request.n === n && request.status === 200))
        .map(({ n }) => `${name}: ${n} is answered and Typebot never answered it`),
    ),
  'I8 replies are complete and in order': (history) =>
    lanes(history).flatMap(({ name, replies, ended }) => {
      const answered = ended.filter(({ final }) => final === 'answered').map(({ n }) => n);
      const told = replies.map(({ n }) => n).filter((n) => ended.some((each) => each.n === n && each.final === 'answered'));
      const seqs = replies.map(({ reply }) => reply.seq);
      return [
        ...(same(told, answered) ? [] : [`${name}: answered ${answered.join(', ')}, told ${told.join(', ')}`]),
        ...(same(
          seqs,
          seqs.map((_, i) => i + 1),
        )
          ? []
          : [`${name}: replies came as ${seqs.join(', ')}`]),
      ];
    }),
  'I9 no reply comes from nowhere': ({ published, deliveries }) => {
    const texts = new Set(published.map(({ text }) => text));
    return deliveries
      .flatMap(textsOf)
      .filter((text) => !texts.has(text))
      .map((text) => `nobody said "${text}"`);
  },
  'I10 redeliveries have a cause': ({ deliveries, redeliveriesMax }) => {
    const again = deliveries.length - new Set(deliveries.map(({ replyId }) => replyId)).size;
    return again <= redeliveriesMax ? [] : [`${again} redeliveries, at most ${redeliveriesMax} have a cause`];
  },
  'I11 a session belongs to one chat': (history) => {
    const owners = new Map<string, Set<string>>();
    for (const lane of lanes(history))
      for (const { sessionId } of lane.heard)
        if (sessionId !== null) owners.set(sessionId, (owners.get(sessionId) ?? new Set()).add(lane.name));
    return [...owners].filter(([, names]) => names.size > 1).map(([id, names]) => `${id} heard ${[...names].join(' and ')}`);
  },
  'I12 a step is written once, on the one before it': ({ regressions }) => [...regressions],
  // Each fault has a separate budget. A shared one would hide lost answers of PostgreSQL that are mistaken for lost workers.
  'I13 doubts have a cause': ({ ended, spoiltMax, callsLostMax }) => {
    const doubts = ended.filter(({ final }) => final === 'uncertain');
    const lost = doubts.filter(({ reason }) => reason === 'worker_lost').length;
    const spoilt = doubts.length - lost;
    return [
      ...(lost <= callsLostMax ? [] : [`${lost} calls count as lost with their worker, at most ${callsLostMax} were`]),
      ...(spoilt <= spoiltMax ? [] : [`${spoilt} events are uncertain because of their answers, at most ${spoiltMax} have a cause`]),
    ];
  },
  'I14 chats go on': ({ allDrained }) => (allDrained ? [] : ['events or replies were left when the time of recovery was over']),
  'I15 a mute Typebot holds up its own chats only': ({ othersDrained }) =>
    othersDrained ? [] : ['chats of another host were left when the time of recovery was over'],
  'I16 poison ends with its reason': ({ deadLetters, poison }) =>
    deadLetters === poison ? [] : [`${poison} unreadable events were published, ${deadLetters} are dead letters`],
  'I17 logs keep quiet': ({ logs, published }) => {
    // Texts and numbers are collected from the logs once, because there are millions of pairs of a text and a line.
    const told = new Set(logs.flatMap((line) => line.match(/<[^<>]*>|\d{10,}/g) ?? []));
    return published
      .filter(({ text, jid }) => told.has(text) || told.has(jid.split('@')[0] ?? jid))
      .map(({ text, jid }) => `${text} or ${jid} is in the logs`);
  },
  'I18 nothing is left open': ({ leaks }) => [...leaks],
};

type Lane = {
  name: string;
  instanceId: string;
  heard: (Pick<Heard, 'kind' | 'status' | 'processed' | 'sessionId'> & { n: number })[];
  ended: (Ended & { n: number })[];
  replies: { n: number; reply: OutboundReply }[];
};

const seen = new WeakMap<History, Lane[]>();

/** The history of each chat, by what its texts say. */
function lanes(history: History): Lane[] {
  const known = seen.get(history);
  if (known) return known;
  const byText = new Map(history.published.map((event) => [event.text, event]));
  const byKey = new Map(history.published.map((event) => [`${event.instanceId} ${event.keyId}`, event]));
  const all = new Map<string, Lane>();
  const laneOf = ({ instanceId, jid }: Published): Lane => {
    const name = `${instanceId} ${jid}`;
    const lane = all.get(name) ?? { name, instanceId, heard: [], ended: [], replies: [] };
    all.set(name, lane);
    return lane;
  };
  for (const event of history.published) laneOf(event);
  for (const request of history.heard) {
    const event = byText.get(said(request) ?? '');
    if (event) laneOf(event).heard.push({ ...request, n: event.n });
  }
  for (const row of history.ended) {
    const event = byKey.get(`${row.instanceId} ${row.keyId}`);
    if (event) laneOf(event).ended.push({ ...row, n: event.n });
  }
  for (const reply of new Map(history.deliveries.map((each) => [each.replyId, each])).values()) {
    const event = byText.get(textsOf(reply)[0] ?? '');
    if (event) laneOf(event).replies.push({ n: event.n, reply });
  }
  for (const lane of all.values()) lane.ended.sort((a, b) => a.seq - b.seq);
  const found = [...all.values()];
  seen.set(history, found);
  return found;
}

function textsOf({ messages }: OutboundReply): string[] {
  return messages.flatMap((message) => (message.type === 'text' ? [echoed(message.text)] : []));
}

function repeated(values: number[]): number[] {
  return [...new Set(values.filter((value, i) => values.indexOf(value) !== i))];
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
