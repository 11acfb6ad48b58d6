import { setTimeout as sleep } from 'node:timers/promises';
import { type InboundEvent, readInbound } from '@typelane/core';
import { type Arrival, isServerTrouble } from '@typelane/db';
import { type Body, extractBody } from './bodies.ts';
import type { MediaPorts } from './media-ports.ts';
import { type Storing, tryToStore } from './store-media.ts';

/** Milliseconds for the files of a batch, because later events wait for it. A nearby S3 server stores a file in 50. */
const withinMs = 500;

type Loaded<A> = { arrival: A; place: number; out: NonNullable<ReturnType<typeof extractBody>> };

/**
 * Moves files from events to the media store and sets `mediaUrl` to their address, so that inboxes hold no files. If a file cannot be
 * stored, the event gets `mediaError` with the reason and continues without it. Idempotent.
 *
 * Ingest does not wait for a slow store. If a file takes too long, or files of earlier batches use all the room of its instance, the event
 * is ingested with its file, and its turn stores the file later (keep-file.ts). Instances alternate, so that many files of one do not
 * delay the only file of another. Throws when the database is unreachable.
 */
export async function extractMedia<A extends Arrival>(arrivals: A[], ports: MediaPorts, timeoutMs = withinMs): Promise<A[]> {
  const taken = [...arrivals];
  const loaded = arrivals.flatMap((arrival, place): Loaded<A>[] => {
    const out = arrival.kind === 'message' ? bodyOf(arrival, ports) : null;
    return out === null ? [] : [{ arrival, place, out }];
  });
  if (loaded.length === 0) return taken;
  const late = AbortSignal.timeout(timeoutMs);
  const queues = Map.groupBy(loaded, ({ arrival }) => arrival.instanceId);
  const lane = async (): Promise<void> => {
    while (!late.aborted) {
      const next = nextOf(queues, ports);
      if (next === null) return;
      const { arrival, place, out } = next;
      const storing = await inTime(keep({ ...arrival, event: out.event }, out.body, ports).finally(next.leave), late);
      if (storing === null) return;
      out.hold(storing.type === 'stored' ? { mediaUrl: storing.file.url } : { mediaError: storing.reason });
      taken[place] = { ...arrival, event: out.event };
    }
  };
  await Promise.all(Array.from({ length: Math.min(ports.inlineLimits.max, loaded.length) }, lane));
  return taken;
}

/** An event that cannot be searched stays unchanged. */
function bodyOf({ event, instanceId }: Arrival, { log }: MediaPorts): ReturnType<typeof extractBody> {
  try {
    return extractBody(event as InboundEvent);
  } catch (error) {
    log.error({ err: error, instanceId }, 'media.failed');
    return null;
  }
}

/** The next file of the first instance with room. That instance then moves behind the others. */
function nextOf<A>(queues: Map<string, Loaded<A>[]>, { inlineRoom }: MediaPorts): (Loaded<A> & { leave: () => void }) | null {
  for (const [instanceId, queue] of queues) {
    const leave = queue.length > 0 ? inlineRoom.enter(instanceId) : null;
    const next = leave && queue.shift();
    if (!next) continue;
    queues.delete(instanceId);
    queues.set(instanceId, queue);
    return { ...next, leave };
  }
  return null;
}

async function keep(arrival: Arrival, { base64, mimeType }: Body, ports: MediaPorts): Promise<Storing> {
  const { instanceId, conversationId, keyId, fromMe } = arrival;
  try {
    const { content } = readInbound(arrival.event as InboundEvent);
    if (content.kind !== 'media') return { type: 'failed', reason: 'not_media' };
    const { media: kind, fileName } = content;
    const about = { kind, fileName, mimeType: mimeType ?? content.mimeType };
    return await tryToStore(ports, { instanceId, conversationId, keyId, fromMe, source: { type: 'base64', base64 }, ...about });
  } catch (error) {
    if (isServerTrouble(error)) throw error;
    ports.log.error({ err: error, instanceId }, 'media.failed');
    return { type: 'failed', reason: 'store_failed' };
  }
}

/** Null: too late. The upload continues, and the next request for the same file finds it. */
async function inTime(storing: Promise<Storing>, late: AbortSignal): Promise<Storing | null> {
  const done = new AbortController();
  const isOverdue = sleep(2 ** 31 - 1, null, { signal: AbortSignal.any([late, done.signal]), ref: false }).catch(() => null);
  storing.catch(() => {});
  return Promise.race([storing, isOverdue]).finally(() => done.abort());
}
