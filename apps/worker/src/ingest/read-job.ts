import { createHash } from 'node:crypto';
import { type InboundEvent, eventsPerJobMax, inboundEventSchema, parseJid } from '@typelane/core';
import { type Arrival, conversationId, type DeadLetter } from '@typelane/db';
import type { z } from 'zod';
import type { WaitingJob } from './wait-list.ts';

/** Limits of the contract. A job over them is kept as a dead letter, whole. */
const jobSizeBytesMax = 512 * 1_024;
const textSizeBytesMax = 64 * 1_024;
const depthMax = 32;

/** What a job holds: events for inboxes, and what can stand in none. */
export type ReadJob = { arrivals: Arrival[]; deadLetters: DeadLetter[] };

/** Reads one job. Nothing a producer can write makes it throw. */
export function readJob(queue: string, job: WaitingJob): ReadJob {
  const source = sourceOf(queue, job);
  if (job.data === null) return dead(source, 'missing_data', ['Expected the job to have a hash with `data`, got none'], '');
  const size = Buffer.byteLength(job.data);
  if (size > jobSizeBytesMax) return dead(source, 'too_large', [`Expected a job of at most ${jobSizeBytesMax} bytes, got ${size}`], job.data);
  const parsed = parseJson(job.data);
  if ('problem' in parsed) return dead(source, parsed.reason, [parsed.problem], job.data);
  const events = Array.isArray(parsed.value) ? parsed.value : [parsed.value];
  if (events.length === 0 || events.length > eventsPerJobMax) {
    return dead(source, 'invalid_event', [`Expected 1 to ${eventsPerJobMax} events, got ${events.length}`], job.data);
  }
  const read = events.map((event, index) => readEvent(event, `${source}:${index}`));
  return { arrivals: read.flatMap((r) => r.arrivals), deadLetters: read.flatMap((r) => r.deadLetters) };
}

function readEvent(value: unknown, source: string): ReadJob {
  const parsed = inboundEventSchema.safeParse(value);
  if (!parsed.success) {
    return dead(source, 'invalid_event', parsed.error.issues.map((issue) => sentence(issue, value)), JSON.stringify(value), instanceOf(value));
  }
  const event = parsed.data;
  const { instanceId } = event.instance;
  const jid = parseJid(event.data.keyRemoteJid);
  if (!jid) {
    const problem = `Expected \`data.keyRemoteJid\` to be a WhatsApp address, got ${JSON.stringify(event.data.keyRemoteJid)}`;
    return dead(source, 'invalid_jid', [problem], JSON.stringify(value), instanceId);
  }
  const longest = longestText(event.data.content);
  if (longest > textSizeBytesMax) {
    const problem = `Expected texts in \`data.content\` of at most ${textSizeBytesMax} bytes, got one of ${longest}`;
    return dead(source, 'text_too_long', [problem], JSON.stringify(value), instanceId);
  }
  const id = conversationId(instanceId, jid);
  const { keyId } = event.data;
  const fromMe = event.data.keyFromMe ?? event.data.source === 'api';
  const messageId = messageIdOf(event, id);
  return { arrivals: [{ conversationId: id, instanceId, jid: jid.jid, kind: 'message', fromMe, keyId, messageId, event, holds: false }], deadLetters: [] };
}

/** The producer's id of the message, else one of ours, made of what names the message. */
function messageIdOf({ data }: InboundEvent, chat: string): string {
  if (data.messageId !== undefined && data.messageId !== null && data.messageId !== '') return String(data.messageId);
  return createHash('sha256').update(`${chat}|${data.keyFromMe === true}|${data.keyId}`).digest('hex').slice(0, 32);
}

/** Ids are given again after a Redis lost its data, so the payload is part of the name. */
function sourceOf(queue: string, { id, data }: WaitingJob): string {
  const digest = createHash('sha256')
    .update(data ?? '')
    .digest('hex')
    .slice(0, 16);
  return `${queue}:${id}:${digest}`;
}

function parseJson(text: string): { value: unknown } | { reason: string; problem: string } {
  // Own keys of this name turn into prototypes further on.
  if (text.includes('"__proto__"')) return { reason: 'invalid_event', problem: 'Expected no field called `__proto__`' };
  try {
    const value: unknown = JSON.parse(text);
    if (isDeeper(value, depthMax)) return { reason: 'too_deep', problem: `Expected at most ${depthMax} levels of nesting` };
    return { value };
  } catch {
    return { reason: 'invalid_json', problem: 'Expected the data of the job to be JSON' };
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

function longestText(value: unknown): number {
  if (typeof value === 'string') return value.length > textSizeBytesMax / 4 ? Buffer.byteLength(value) : 0;
  if (typeof value !== 'object' || value === null) return 0;
  return Math.max(0, ...Object.values(value).map(longestText));
}

function sentence(issue: z.core.$ZodIssue, value: unknown): string {
  const path = issue.path.join('.');
  let came: unknown = value;
  for (const key of issue.path) came = typeof came === 'object' && came !== null ? (came as Record<PropertyKey, unknown>)[key] : undefined;
  return `Expected ${path === '' ? 'the event' : `\`${path}\``} to be valid (${issue.message}), got ${came === undefined ? 'nothing' : typeof came}`;
}

function instanceOf(value: unknown): string | null {
  const { instance } = (typeof value === 'object' && value !== null ? value : {}) as { instance?: { instanceId?: unknown } };
  return typeof instance?.instanceId === 'string' ? instance.instanceId : null;
}

function dead(sourceKey: string, reason: string, details: string[], payload: string, instanceId: string | null = null): ReadJob {
  return { arrivals: [], deadLetters: [{ instanceId, source: 'inbound', sourceKey, reason, details, payload }] };
}
