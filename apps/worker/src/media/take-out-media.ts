import { setTimeout as sleep } from 'node:timers/promises';
import { type InboundEvent, readInbound } from '@typelane/core';
import { type Arrival, isDatabaseAway } from '@typelane/db';
import { type Body, takeOutBody } from './bodies.ts';
import type { MediaPorts } from './media-ports.ts';
import { type Storing, tryToStore } from './store-media.ts';

/** Files stored at a time: a batch of the door holds at most 4 MiB of them. */
const atOnce = 8;

/** Milliseconds the files of a batch may take. All other chats wait behind it at the door. */
const batchTimeoutMs = 10_000;

/**
 * Takes files out of events and puts our address in their place, as `mediaUrl`, so that no inbox holds them. A file that cannot be kept
 * leaves `mediaError` with the reason, and the message goes on without it. Doing it again changes nothing. Throws when the database is away.
 */
export async function takeOutMedia<A extends Arrival>(arrivals: A[], ports: MediaPorts, timeoutMs = batchTimeoutMs): Promise<A[]> {
  const taken = [...arrivals];
  const loaded = arrivals.flatMap((arrival, place) => {
    const out = arrival.kind === 'message' ? takeOutBody(arrival.event as InboundEvent) : null;
    return out === null ? [] : [{ arrival, place, ...out }];
  });
  if (loaded.length === 0) return taken;
  const late = AbortSignal.timeout(timeoutMs);
  const next = loaded.values();
  const work = async (): Promise<void> => {
    for (const { arrival, place, event, body, hold } of next) {
      const storing = await inTime(keep({ ...arrival, event }, body, ports), late);
      hold(storing.type === 'stored' ? { mediaUrl: storing.file.url } : { mediaError: storing.reason });
      taken[place] = { ...arrival, event };
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, loaded.length) }, () => work()));
  return taken;
}

async function keep(arrival: Arrival, { base64, mimeType }: Body, ports: MediaPorts): Promise<Storing> {
  const { instanceId, conversationId, keyId, fromMe } = arrival;
  const { content } = readInbound(arrival.event as InboundEvent);
  if (content.kind !== 'media') return { type: 'failed', reason: 'not_media' };
  const { media: kind, fileName } = content;
  const about = { kind, fileName, mimeType: mimeType ?? content.mimeType };
  try {
    return await tryToStore(ports, { instanceId, conversationId, keyId, fromMe, source: { type: 'base64', base64 }, ...about });
  } catch (error) {
    if (isDatabaseAway(error)) throw error;
    ports.log.error({ err: error, instanceId }, 'media.failed');
    return { type: 'failed', reason: 'store_failed' };
  }
}

/** What is late goes on by itself and is found by whoever asks for the same file again. */
async function inTime(storing: Promise<Storing>, late: AbortSignal): Promise<Storing> {
  const done = new AbortController();
  const isLate = sleep(2 ** 31 - 1, undefined, { signal: AbortSignal.any([late, done.signal]), ref: false }).catch((): Storing => ({
    type: 'failed',
    reason: 'store_timeout',
  }));
  storing.catch(() => {});
  return Promise.race([storing, isLate as Promise<Storing>]).finally(() => done.abort());
}
