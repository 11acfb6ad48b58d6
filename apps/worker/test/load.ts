import { type FakeTypebot, inboundText } from '@typelane/testkit';
import type { Pipeline } from './harness.ts';
import type { Outcome } from './tables.ts';
import { arrivalsOf } from './order/echo-bot.ts';
import { faultsOf, type Published } from './order/history.ts';

/** Chats of a separate instance that all write to the echo bot, and the faults in the result. */
export type Load = {
  instanceId: string;
  /** One event of each chat in turn. All must be answered. */
  events: readonly Published[];
  /** Adds the events from `start` up to but excluding `end`, default all. Rejects unless all were acknowledged; the caller must then repeat it. */
  publish(start?: number, end?: number): Promise<void>;
  /** Waits until all are handled and their replies acknowledged. `uncertainMax`: how many may be uncertain; default 0. */
  faults(options?: { uncertainMax?: number; timeoutMs?: number }): Promise<string[]>;
  outcomes(): Promise<Outcome[]>;
};

export async function createLoad(pipeline: Pipeline, typebot: FakeTypebot, chats: number, messages: number): Promise<Load> {
  const instanceId = await pipeline.register({ url: typebot.url, publicId: 'echo' });
  const before = { heard: typebot.heard.length, delivered: pipeline.consumer.deliveries.length };
  const events = Array.from({ length: chats * messages }, (_, index): Published => {
    const jid = `55319${String(index % chats).padStart(8, '0')}@s.whatsapp.net`;
    return { event: inboundText({ instanceId, jid, keyId: `key-${index}`, text: `${instanceId}/${index}` }), ends: 'answered' };
  });
  return {
    instanceId,
    events,
    async publish(start, end) {
      await pipeline.inbound.addBulk(events.slice(start, end).map(({ event }) => ({ name: 'message', data: event })));
    },
    async faults({ uncertainMax = 0, timeoutMs = 40_000 } = {}) {
      const outcomes = await pipeline.tables.handled(instanceId, events.length, timeoutMs);
      await pipeline.tables.acknowledged(instanceId, timeoutMs);
      // A request that is refused with 429 was not processed, and is made again.
      const arrivals = arrivalsOf(typebot.heard.slice(before.heard)).filter(({ status }) => status !== 429);
      const replies = pipeline.consumer.deliveries.slice(before.delivered).map(({ reply }) => reply);
      const faults = faultsOf({ instanceId, published: events, arrivals, outcomes, replies, uncertainMax });
      return [...faults, ...pipeline.consumer.breaches, ...typebot.violations.map(({ type }) => `Typebot was spoken to badly: ${type}`)];
    },
    outcomes: () => pipeline.tables.outcomes(instanceId),
  };
}
