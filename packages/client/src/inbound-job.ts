import { createHash } from 'node:crypto';
import { claimsKey, parseJid, type InboundEvent } from '@typelane/core/contracts';

export type InboundJob = {
  partition: number;
  /** The same for the same events, so that publishing again while the job waits adds nothing. */
  jobId: string;
  data: InboundEvent | InboundEvent[];
};

/** What one call publishes: a job per partition it touches, with the order of the events kept within each. */
export function inboundJobs(events: InboundEvent | InboundEvent[], partitions: number): InboundJob[] {
  if (!Array.isArray(events)) return [{ partition: partitionOf(events, partitions), jobId: jobIdOf([events]), data: events }];
  // Map.groupBy is not in Node 20.
  const byPartition = new Map<number, InboundEvent[]>();
  for (const event of events) {
    const partition = partitionOf(event, partitions);
    byPartition.set(partition, [...(byPartition.get(partition) ?? []), event]);
  }
  return Array.from(byPartition, ([partition, data]) => ({ partition, jobId: jobIdOf(data), data }));
}

/** `inbound`, or `inbound-0` to `inbound-<partitions - 1>` when there are several. */
export function inboundQueueName(partition: number, partitions: number): string {
  return partitions === 1 ? 'inbound' : `inbound-${partition}`;
}

/**
 * The queue of an instance: the first 32 bits of the SHA-256 of its id, modulo `partitions`. All events of an instance share one, since
 * a contact's next message may carry another of their addresses, and two queues have no common order. All producers must agree on it,
 * whatever their language: never change it.
 */
export function partitionOf({ instance }: InboundEvent, partitions: number): number {
  return sha256(instance.instanceId).readUInt32BE(0) % partitions;
}

function jobIdOf(events: InboundEvent[]): string {
  return `wa-${sha256(events.map(eventKey).join('\n')).toString('hex')}`;
}

/** What makes two events the same. A key has one message, but any number of other events, such as delivered, read, or a stub before the words. */
function eventKey(event: InboundEvent): string {
  const { keyFromMe, source, keyId } = event.data;
  const fromMe = keyFromMe ?? source === 'api';
  const key = `${chatOf(event)}|${fromMe}|${keyId}`;
  return event.event === 'messages.upsert' && claimsKey(event) ? key : `${key}|${event.event}|${JSON.stringify(event.data)}`;
}

/**
 * Uses the address in its normal form, which any program can compute; only Typelane knows the contact's other addresses. An address that WhatsApp
 * does not have stays unchanged and ends in Typelane's dead letters.
 */
function chatOf({ instance, data }: InboundEvent): string {
  return `${instance.instanceId}|${parseJid(data.keyRemoteJid)?.jid ?? data.keyRemoteJid}`;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
