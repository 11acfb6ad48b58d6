import { randomUUID } from 'node:crypto';
import type { OutboundReply } from '@typelane/core';
import type { Job } from 'bullmq';
import type { TestQueues } from './queues.ts';

/** A reply of text messages. */
export function replyOf(texts: string[], pace: { waitMs?: number; typingMs?: number } = {}): OutboundReply {
  const { waitMs = 0, typingMs = 0 } = pace;
  return {
    schemaVersion: 1,
    replyId: randomUUID(),
    instanceId: 'shop',
    businessId: 'business-1',
    sessionId: randomUUID(),
    seq: 1,
    to: '5531999999999@s.whatsapp.net',
    inReplyTo: '3EB0',
    traceparent: null,
    messages: texts.map((text) => ({ type: 'text', id: randomUUID(), text, linkPreview: false, typingMs, waitMs })),
  };
}

/** Publishes as Typelane does. */
export async function publishReply(queues: TestQueues, reply: unknown, jobId: string): Promise<Job> {
  return await queues.queue('outbound').add('reply', reply, { jobId, attempts: 1 });
}
