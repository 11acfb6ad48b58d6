import type { InboundEvent } from '@typelane/core';
import { inboundEvent, inboundReaction, inboundText } from '@typelane/testkit';
import * as fc from 'fast-check';
import type { Published } from './history.ts';

/** What producers add, in order, and the faults meanwhile. */
export type Plan = {
  jobs: Drawn[][];
  /** Between one job and the next, over and over. */
  gapsMs: number[];
  /** Of Typebot's answers, over and over. */
  latenciesMs: number[];
  faults: Fault[];
};

/** `again`: an event that was published before comes again, under the same key id. */
type Drawn = { instance: number; chat: number; kind: Kind; alias: number; again: number | null };

const kinds = ['text', 'reaction', 'echo', 'receipt', 'group', 'bad_jid', 'no_key'] as const;
type Kind = (typeof kinds)[number];

/** The fault happens when this many things of that kind have happened. */
export type Fault = {
  when: 'added' | 'asked' | 'delivered';
  count: number;
  worker: number;
  what: 'stop' | 'kill' | 'forget_leases' | 'forget_wake_ups';
};

export const workers = 2;
const instances = 2;
const chats = 3;

const drawn: fc.Arbitrary<Drawn> = fc.record({
  instance: fc.nat(instances - 1),
  chat: fc.nat(chats - 1),
  kind: fc.oneof({ weight: 9, arbitrary: fc.constant<Kind>('text') }, { weight: 2, arbitrary: fc.constantFrom(...kinds) }),
  alias: fc.nat(2),
  again: fc.oneof({ weight: 6, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.nat(30) }),
});

/** Mostly one event a job, now and then several. */
const job = fc.oneof(
  { weight: 5, arbitrary: fc.array(drawn, { minLength: 1, maxLength: 1 }) },
  { weight: 1, arbitrary: fc.array(drawn, { minLength: 2, maxLength: 6 }) },
);

export function planOf(whats: Fault['what'][], faultsMax: number): fc.Arbitrary<Plan> {
  return fc.record({
    jobs: fc.array(job, { minLength: 15, maxLength: 30, size: 'max' }),
    faults: fc.array(
      fc.record({
        when: fc.constantFrom<Fault['when']>('added', 'asked', 'delivered'),
        count: fc.integer({ min: 1, max: 20 }),
        worker: fc.nat(workers - 1),
        what: fc.constantFrom(...whats),
      }),
      { minLength: 1, maxLength: faultsMax },
    ),
    gapsMs: fc.array(fc.nat(15), { minLength: 1, maxLength: 5 }),
    latenciesMs: fc.array(fc.nat(40), { minLength: 1, maxLength: 5 }),
  });
}

export type Arrivals = {
  /** What is added to the queue, job by job; an array where a job carries several events. */
  jobs: unknown[];
  /** The readable ones of each instance, in order of their add. */
  published: Map<string, Published[]>;
  /** Events that can stand in no inbox, each time they come. */
  dead: number;
};

/** The events of a plan, for these instances. */
export function arrivalsOfPlan({ jobs }: Plan, instanceIds: readonly string[]): Arrivals {
  const known: { instanceId: string; made: Made }[] = [];
  const published = new Map<string, Published[]>(instanceIds.map((id) => [id, []]));
  let dead = 0;
  const payloads = jobs.map((events) => {
    const bodies = events.map((each) => {
      const repeated = each.again === null ? undefined : known[each.again % Math.max(known.length, 1)];
      const instanceId = instanceIds[each.instance] ?? '';
      const { made, ...rest } = repeated ?? { instanceId, made: make(each, instanceId, known.length) };
      if (!repeated) known.push({ instanceId, made });
      if (made.ends === 'dead') dead += 1;
      else published.get(rest.instanceId)?.push({ event: made.body, ends: made.ends });
      return made.body;
    });
    return bodies.length === 1 ? bodies[0] : bodies;
  });
  return { jobs: payloads, published, dead };
}

type Made = { body: InboundEvent; ends: Published['ends'] } | { body: unknown; ends: 'dead' };

function make({ chat, kind, alias }: Drawn, instanceId: string, number: number): Made {
  const user = `55319999000${chat}`;
  // Groups the addresses of one chat: replies go to the address it was written from.
  const jid = [`${user}@s.whatsapp.net`, `${user}:${alias}@s.whatsapp.net`, `${user}@c.us`][alias] ?? '';
  const about = { instanceId, jid, keyId: `key-${number}` };
  const text = `${instanceId}/${chat}/${number}`;
  switch (kind) {
    case 'text':
      return { body: inboundText({ ...about, text }), ends: 'answered' };
    case 'reaction':
      return { body: inboundReaction({ ...about, to: 'key-0', emoji: '👍' }), ends: 'ignored: reaction' };
    case 'echo':
      return { body: inboundText({ ...about, text, source: 'api', fromMe: true }), ends: 'ignored: echo' };
    case 'receipt':
      return { body: inboundEvent({ ...about, event: 'messages.update' }, 'text', { status: 'READ' }), ends: 'ignored: other_event' };
    case 'group':
      return { body: inboundText({ ...about, text, jid: `12036300000000000${chat}@g.us` }), ends: 'ignored: group' };
    case 'bad_jid':
      return { body: inboundText({ ...about, text, jid: 'nobody' }), ends: 'dead' };
    case 'no_key':
      return { body: { ...inboundText({ ...about, text }), data: { keyRemoteJid: jid } }, ends: 'dead' };
  }
}
