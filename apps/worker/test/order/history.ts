import type { InboundEvent, OutboundReply } from '@typelane/core';
import { parseJid } from '@typelane/core';
import { finalOf, type Outcome } from '../tables.ts';
import { textsIn } from '../consumer.ts';
import { type Arrival, echoed } from './echo-bot.ts';

/** An event as it was published, and how it has to end: texts are answered by the echo bot, others ignored with a reason. */
export type Published = { event: InboundEvent; ends: 'answered' | `ignored: ${string}` };

export type History = {
  instanceId: string;
  /** In order of their add, events known already included. */
  published: readonly Published[];
  /** The requests Typebot received, in order of arrival. */
  arrivals: readonly Arrival[];
  outcomes: readonly Outcome[];
  /** In order of their completion, redeliveries included. */
  replies: readonly OutboundReply[];
  /** Answers that may be uncertain: calls that were under way when their worker was killed. */
  uncertainMax: number;
};

/** The faults of a history, seen from outside. Empty: nothing was lost, repeated or reordered. Texts must differ. */
export function faultsOf(history: History): string[] {
  const chats = Map.groupBy(onceEach(history.published), ({ event }) => chatOf(event));
  const uncertain = history.outcomes.filter(({ final }) => final === 'uncertain').length;
  return [
    ...(uncertain > history.uncertainMax ? [`${uncertain} events are uncertain, at most ${history.uncertainMax} may be`] : []),
    ...unpublished(history, [...chats.keys()]),
    ...[...chats].flatMap(([jid, published]) =>
      faultsOfChat(jid, published, history).map((fault) => `${history.instanceId} ${jid}: ${fault}`),
    ),
  ];
}

function faultsOfChat(jid: string, published: Published[], history: History): string[] {
  // Receipts and events without words are stored under a key of their own, which ends with the one they came with.
  const outcomes = history.outcomes
    .filter((outcome) => outcome.jid === jid)
    .map((outcome) => ({ ...outcome, keyId: outcome.keyId.replace(/^about:\w+:/, '') }));
  const said = published.map(({ event }) => wordsOf(event));
  const answered = published.filter(({ event }) => outcomes.some(({ keyId, final }) => keyId === event.data.keyId && final === 'answered'));
  const arrivals = history.arrivals.filter((arrival) => arrival.instanceId === history.instanceId && said.includes(arrival.said));
  const replies = history.replies.filter((reply) => reply.instanceId === history.instanceId && parseJid(reply.to)?.jid === jid);
  return [
    ...differing(
      'inbox',
      outcomes.map(({ keyId }) => keyId),
      published.map(({ event }) => event.data.keyId),
    ),
    ...published.flatMap((each) => wrongEnd(each, outcomes)),
    ...faultsAtTypebot(
      said,
      arrivals,
      answered.map(({ event }) => wordsOf(event)),
    ),
    ...faultsAtConsumer(replies, answered),
  ];
}

function wrongEnd({ event, ends }: Published, outcomes: Outcome[]): string[] {
  const { keyId } = event.data;
  const [outcome, another] = outcomes.filter((each) => each.keyId === keyId);
  if (!outcome || another) return [`${keyId} is ${outcome ? 'twice' : 'not'} in the inbox`];
  const final = finalOf(outcome);
  const isRight = final === ends || (ends === 'answered' && final === 'uncertain: worker_lost');
  return isRight ? [] : [`${keyId} was to be ${ends} and is ${final}`];
}

/** Requests are in order and no text is repeated; a start carries no text of the contact and may be repeated once. */
function faultsAtTypebot(said: string[], arrivals: Arrival[], answered: string[]): string[] {
  const faults: string[] = [];
  const heard = arrivals.filter(({ status }) => status === 200);
  for (const words of said) {
    const continues = arrivals.filter((arrival) => arrival.said === words && arrival.kind === 'continue').length;
    const starts = arrivals.filter((arrival) => arrival.said === words && arrival.kind === 'start').length;
    if (continues > 1) faults.push(`"${words}" was said to Typebot ${continues} times`);
    if (starts > 2 || (starts > 0 && continues > 0))
      faults.push(`"${words}" started the bot ${starts} times and was said ${continues} times`);
    if (answered.includes(words) && !heard.some((arrival) => arrival.said === words))
      faults.push(`"${words}" is answered and was never heard`);
  }
  const places = arrivals.map((arrival) => said.indexOf(arrival.said));
  if (places.some((place, index) => place < (places[index - 1] ?? -1)))
    faults.push(`Typebot heard out of order: ${arrivals.map((arrival) => arrival.said).join(', ')}`);
  return faults;
}

/** One reply for each answered event, in the order of the events, numbered without a gap. */
function faultsAtConsumer(deliveries: OutboundReply[], answered: Published[]): string[] {
  const replies = [...new Map(deliveries.map((reply) => [reply.replyId, reply])).values()];
  return [
    ...differing(
      'seq of replies',
      replies.map(({ seq }) => seq),
      replies.map((_, index) => index + 1),
    ),
    ...differing(
      'answered events',
      replies.map(({ inReplyTo }) => inReplyTo),
      answered.map(({ event }) => event.data.keyId),
    ),
    ...differing(
      'addresses',
      replies.map(({ to }) => to),
      answered.map(({ event }) => event.data.keyRemoteJid),
    ),
    ...differing(
      'texts',
      replies.flatMap(textsIn).map(echoed),
      answered.map(({ event }) => wordsOf(event)),
    ),
  ];
}

/** Rows and requests that belong to no published event. */
function unpublished({ instanceId, outcomes, arrivals, published }: History, chats: string[]): string[] {
  const said = new Set(published.map(({ event }) => wordsOf(event)));
  return [
    ...outcomes.filter(({ jid }) => !chats.includes(jid)).map(({ jid, keyId }) => `${instanceId}: ${keyId} of ${jid} was never published`),
    ...arrivals
      .filter((arrival) => arrival.instanceId === instanceId && !said.has(arrival.said))
      .map((arrival) => `${instanceId}: Typebot heard "${arrival.said}", which nobody said`),
  ];
}

function onceEach(published: readonly Published[]): Published[] {
  const first = new Map<string, Published>();
  for (const each of published) {
    const { data } = each.event;
    const key = JSON.stringify([chatOf(each.event), data.keyFromMe === true || data.source === 'api', data.keyId]);
    if (!first.has(key)) first.set(key, each);
  }
  return [...first.values()];
}

function chatOf({ data }: InboundEvent): string {
  return parseJid(data.keyRemoteJid)?.jid ?? data.keyRemoteJid;
}

export function wordsOf({ data }: InboundEvent): string {
  const { text } = data.content;
  return typeof text === 'string' ? text : '';
}

function differing(what: string, got: readonly unknown[], expected: readonly unknown[]): string[] {
  return JSON.stringify(got) === JSON.stringify(expected)
    ? []
    : [`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`];
}
