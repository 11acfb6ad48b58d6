import { eventsPerJobMax, type Publisher } from '@typelane/client';
import type { Log } from '@typelane/runtime';
import type { Channel, Channels } from '../channels.ts';
import type { Counts } from '../counts.ts';
import type { Told, Webhook } from '../kinds/kind.ts';

import type { Sightings } from '../sightings.ts';

export type ReceivePorts = {
  channels: Channels;
  publisher: Pick<Publisher, 'publish'>;
  /** A status with our id of a message tells that it was sent. */
  noteSent(instanceId: string, messageId: string, keyId: string): Promise<void>;
  sightings: Sightings;
  counts: Counts;
  log: Log;
};

/** How a webhook is answered: 200 taken or none of ours, 401 not from the gateway, 503 come again. */
export type Received = { status: 200 | 401 | 503; outcome: string };

/**
 * Takes one webhook. 200 only once Redis has every event of it. What cannot be read will not be readable the next time either, so it is
 * counted and answered with 200: a gateway that retries for ever, or gives up on a 4xx and drops the rest, hears nothing else.
 */
export async function receive(kindName: string, token: string, webhook: Webhook, ports: ReceivePorts): Promise<Received> {
  const received = await read(kindName, token, webhook, ports);
  ports.counts.add('webhooks', kindName, received.outcome);
  return received;
}

async function read(kindName: string, token: string, webhook: Webhook, ports: ReceivePorts): Promise<Received> {
  const channel = await ports.channels.ofToken(token).catch((error: unknown) => {
    ports.log.warn({ err: error }, 'channel.unavailable');
    return 'unavailable' as const;
  });
  if (channel === 'unavailable') return { status: 503, outcome: 'database_away' };
  if (channel === null || channel.kind.name !== kindName) return { status: 401, outcome: 'unknown_token' };
  if (!channel.kind.verify(webhook, channel.settings)) return { status: 401, outcome: 'bad_signature' };
  const body = jsonOf(webhook);
  if (body === undefined) return { status: 200, outcome: 'not_json' };
  return take(channel, channel.kind.parse(body, channel), ports);
}

async function take(channel: Channel, told: Told, ports: ReceivePorts): Promise<Received> {
  const { counts, sightings, log } = ports;
  const { channelId, instanceId, kind } = channel;
  for (const name of told.ignored) counts.add('ignored', kind.name, name);
  try {
    for (let at = 0; at < told.events.length; at += eventsPerJobMax) {
      await ports.publisher.publish(told.events.slice(at, at + eventsPerJobMax));
    }
    for (const { messageId, keyId } of told.statuses) if (messageId !== null) await ports.noteSent(instanceId, messageId, keyId);
  } catch (error) {
    log.warn({ err: error, instanceId }, 'publish.failed');
    return { status: 503, outcome: 'publish_failed' };
  }
  noteStatuses(channel, told, ports);
  if (told.connection !== null) sightings.connection(channelId, told.connection);
  if (told.events.length > 0) sightings.inbound(channelId);
  const isOurs = told.events.length > 0 || told.statuses.length > 0 || told.connection !== null;
  return { status: 200, outcome: isOurs ? 'taken' : 'none_of_ours' };
}

function noteStatuses({ channelId, instanceId, kind }: Channel, { statuses }: Told, { counts, sightings, log }: ReceivePorts): void {
  if (statuses.length === 0) return;
  for (const { status, reason, keyId } of statuses) {
    counts.add('statuses', kind.name, status);
    if (status === 'delivered' || status === 'read') sightings.acknowledged(channelId);
    if (status !== 'failed') continue;
    log.warn({ instanceId, keyId, reason }, 'delivery.failed');
    sightings.problem(channelId, `A message that was taken failed later: ${reason ?? 'no reason'}`);
  }
  sightings.statuses(statuses.map(({ keyId, status, reason }) => ({ instanceId, keyId, status, reason })));
}

/** Undefined: not UTF-8, or not JSON. */
function jsonOf({ raw }: Webhook): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw)) as unknown;
  } catch {
    return undefined;
  }
}
