import { createHash } from 'node:crypto';
import { eventExcess, eventProblems, jobBytesMax, sentenceOf } from '@typelane/client';
import { claimsKey, eventsPerJobMax, type InboundEvent, pairOf, parseJid, participantOf } from '@typelane/core';
import { conversationId, type DeadLetter, type AddressedEvent } from '@typelane/db';
import type { WaitingJob } from './wait-list.ts';

/** Characters of a job's id that become part of a dead letter's key. */
const jobIdLengthMax = 200;

/**
 * The content of a job: events for inboxes, dead letters, and the names of events that are about no message (a connection, a list of
 * contacts), which are only counted.
 */
export type ReadJob = { events: AddressedEvent[]; deadLetters: DeadLetter[]; aboutNoMessage: string[] };

/** Reads one job. Nothing a producer can write makes it throw; what breaks the contract is kept whole, with its reason. */
export function readJob(queue: string, job: WaitingJob): ReadJob {
  const source = sourceOf(queue, job);
  try {
    return readFrom(source, job);
  } catch (error) {
    const problem = `The job must be one that can be read, but reading it failed with ${error instanceof Error ? error.name : 'an error'}.`;
    return dead(source, 'unreadable', [problem], job.data ?? '');
  }
}

function readFrom(source: string, job: WaitingJob): ReadJob {
  if (job.data === null) return dead(source, 'missing_data', ['The job must have a hash with `data`, but none was there.'], '');
  const bytes = Buffer.byteLength(job.data);
  if (bytes > jobBytesMax)
    return dead(source, 'too_large', [`The job may have at most ${jobBytesMax} bytes, but it has ${bytes}`], job.data);
  const parsed = parseJson(job.data);
  if ('problem' in parsed) return dead(source, parsed.reason, [parsed.problem], job.data);
  const events = Array.isArray(parsed.value) ? parsed.value : [parsed.value];
  if (events.length === 0 || events.length > eventsPerJobMax) {
    return dead(source, 'invalid_event', [`The job must hold 1 to ${eventsPerJobMax} events, but it holds ${events.length}`], job.data);
  }
  const text = job.data;
  const read = events.map((event, index) => readEvent(event, `${source}:${index}`, text));
  return {
    events: read.flatMap((r) => r.events),
    deadLetters: read.flatMap((r) => r.deadLetters),
    aboutNoMessage: read.flatMap((r) => r.aboutNoMessage),
  };
}

function readEvent(value: unknown, source: string, job: string): ReadJob {
  const excess = eventExcess(value);
  if (excess) return dead(source, excess.limit, [sentenceOf(excess, 'The event')], payloadOf(value, job), instanceOf(value));
  // An own key of this name becomes a prototype in whatever copies the event.
  if (job.includes('"__proto__"') && hasField(value, '__proto__')) {
    return dead(source, 'invalid_event', ['No field may be called `__proto__`'], payloadOf(value, job), instanceOf(value));
  }
  const problems = eventProblems(value);
  const otherName = otherEvent(value);
  if (problems.length > 0 && otherName !== null) return { events: [], deadLetters: [], aboutNoMessage: [otherName] };
  if (problems.length > 0)
    return dead(
      source,
      'invalid_event',
      problems.map((problem) => sentenceOf(problem, 'The event')),
      payloadOf(value, job),
      instanceOf(value),
    );
  const event = withoutNulls(value as InboundEvent, job);
  const { instanceId } = event.instance;
  const jid = parseJid(event.data.keyRemoteJid);
  if (!jid) {
    const problem = `\`data.keyRemoteJid\` must be a WhatsApp address, but got ${JSON.stringify(event.data.keyRemoteJid)}`;
    return dead(source, 'invalid_jid', [problem], payloadOf(value, job), instanceId);
  }
  if (instanceId.includes('\u0000')) {
    const problem = 'instance.instanceId must be text that PostgreSQL can store, but it holds U+0000.';
    return dead(source, 'unstorable', [problem], payloadOf(value, job));
  }
  const id = conversationId(instanceId, jid);
  const keyId = inboxKeyOf(event);
  const fromMe = event.data.keyFromMe ?? event.data.source === 'api';
  const messageId = messageIdOf(event, keyId, id, fromMe);
  const arrival = {
    conversationId: id,
    instanceId,
    jid: jid.jid,
    kind: 'message',
    fromMe,
    keyId,
    messageId,
    event,
    holdsReplies: false,
  } as const;
  return {
    events: [{ ...arrival, address: jid, participant: participantOf(event), pair: pairOf(event) }],
    deadLetters: [],
    aboutNoMessage: [],
  };
}

/** PostgreSQL refuses U+0000, which is invisible: it is removed from texts and not replaced. */
function withoutNulls(event: InboundEvent, job: string): InboundEvent {
  if (!job.includes(String.raw`\u0000`)) return event;
  const content = JSON.parse(JSON.stringify(event.data.content), (_, value: unknown) =>
    typeof value === 'string' ? value.replaceAll('\u0000', '') : value,
  ) as InboundEvent['data']['content'];
  return { ...event, data: { ...event.data, content } };
}

/** The name of an event that gateways send beside messages, such as `connection.update`, `chats.upsert` or `newJwt`; null where it is a message's. */
function otherEvent(value: unknown): string | null {
  const { event } = (typeof value === 'object' && value !== null ? value : {}) as { event?: unknown };
  const isOther = typeof event === 'string' && /^[\w.-]{1,100}$/.test(event) && event !== 'messages.upsert' && event !== 'send.message';
  return isOther ? event : null;
}

/** What makes an event known when it comes again. Events about a message have a name of their own, so that the message is not known by it. */
function inboxKeyOf(event: InboundEvent): string {
  const { data } = event;
  if (claimsKey(event)) return data.keyId;
  const digest = createHash('sha256')
    .update(`${event.event}|${JSON.stringify(data)}`)
    .digest('hex')
    .slice(0, 16);
  return `about:${digest}:${data.keyId}`;
}

/** The producer's id of the message, else one of ours, made of what names the message. */
function messageIdOf({ data }: InboundEvent, keyId: string, chat: string, fromMe: boolean): string {
  if (data.messageId !== undefined && data.messageId !== null && data.messageId !== '') return String(data.messageId);
  return createHash('sha256').update(`${chat}|${fromMe}|${keyId}`).digest('hex').slice(0, 32);
}

/** Ids are given again after a Redis lost its data, so the payload is part of the name. Producers choose ids: a long one is too much for an index. */
function sourceOf(queue: string, { id, data }: WaitingJob): string {
  const digest = createHash('sha256')
    .update(data ?? '')
    .digest('hex')
    .slice(0, 16);
  const name = id.length <= jobIdLengthMax ? id : createHash('sha256').update(id).digest('hex');
  return `${queue}:${name}:${digest}`;
}

function parseJson(text: string): { value: unknown } | { reason: string; problem: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { reason: 'invalid_json', problem: 'The data of the job must be JSON' };
  }
}

function hasField(value: unknown, name: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, name) || Object.values(value).some((inner) => hasField(inner, name));
}

/** The event as text. A value nested too deeply can be parsed but not serialized: the whole text of the job is used then. */
function payloadOf(value: unknown, job: string): string {
  try {
    return JSON.stringify(value);
  } catch {
    return job;
  }
}

function instanceOf(value: unknown): string | null {
  const { instance } = (typeof value === 'object' && value !== null ? value : {}) as { instance?: { instanceId?: unknown } | null };
  return typeof instance?.instanceId === 'string' ? instance.instanceId : null;
}

function dead(sourceKey: string, reason: string, details: string[], payload: string, instanceId: string | null = null): ReadJob {
  return { events: [], aboutNoMessage: [], deadLetters: [{ instanceId, source: 'inbound', sourceKey, reason, details, payload }] };
}
