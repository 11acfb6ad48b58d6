import { randomUUID } from 'node:crypto';
import type { Conversation, Step, StepContext } from '@typelane/core';
import { sessionIdOf, sessionOf } from './session-id.ts';

/** The outbound job of a step, but for its `seq`, which is taken when the step is committed. */
export function replyOf(next: Step, before: Conversation, { head, instance }: StepContext, to: string) {
  const event = head.kind === 'message' ? head.event : null;
  return {
    schemaVersion: 1 as const,
    replyId: randomUUID(),
    instanceId: instance.instanceId,
    businessId: instance.businessId,
    sessionId: sessionIdOf(next, before),
    to,
    inReplyTo: event?.data.keyId ?? null,
    traceparent: event?.traceparent ?? null,
    messages: next.say.map((message) => ({ id: randomUUID(), ...message })),
  };
}

/** Replies go to the address that was written from, as it came; what the bot says of itself to the last one known. */
export function addressOf(next: Step, before: Conversation, { head }: StepContext, jid: string): string {
  if (head.kind === 'message') return head.event.data.keyRemoteJid;
  if (head.command.type === 'start') return head.command.address;
  return sessionOf(next, before)?.address || jid;
}
