import { setTimeout as sleep } from 'node:timers/promises';
import type { InboundEvent } from '@typelane/core';
import { inboundText } from '@typelane/testkit';
import type { Published } from './checker.ts';
import type { Instances } from './instances.ts';
import type { ChaosPlan } from './plan.ts';
import type { Producer } from './producer.ts';

export type Publishing = {
  /** What was added and acknowledged, in that order. */
  published: readonly Published[];
  /** When each was added first (`performance.now()`), by its text. */
  addedAt: ReadonlyMap<string, number>;
  /** How many of the events could not be read. */
  poison(): number;
  /** Waits until everything is published. */
  done: Promise<void>;
  /** Between two adds: Redis loses everything, and whatever `isKnown` does not name is added again, in its order, before anything else is. */
  forget(lose: () => Promise<void>, isKnown: () => Promise<(event: Published) => boolean>): Promise<void>;
};

type Job = { jobId: string; event: InboundEvent; published: Published | null };

/** Chat after chat in turn, one event at a time: a chat's next one is added when the last was acknowledged. */
export function startPublishing(plan: ChaosPlan, instances: Instances, producer: Producer): Publishing {
  const added: Job[] = [];
  const addedAt = new Map<string, number>();
  let last = Promise.resolve();
  /** One at a time, including the work of `forget`. */
  const next = (work: () => Promise<void>): Promise<void> => (last = last.then(work));
  const publishAll = async (): Promise<void> => {
    for (let n = 1; n <= plan.messagesPerLane; n += 1) {
      for (let lane = 0; lane < plan.lanes; lane += 1) {
        for (const job of jobsOf(plan, instances, lane, n)) {
          await next(async () => {
            if (job.published) addedAt.set(job.published.text, performance.now());
            await producer.publish(job.jobId, job.event);
            added.push(job);
          });
        }
      }
      await sleep(150);
    }
  };
  return {
    get published() {
      return added.flatMap(({ published }) => published ?? []);
    },
    addedAt,
    poison: () => added.filter(({ jobId }) => jobId.startsWith('poison')).length,
    done: publishAll(),
    forget: (lose, isKnown) =>
      next(async () => {
        await lose();
        const known = await isKnown();
        for (const { jobId, event, published } of added) if (published === null || !known(published)) await producer.publish(jobId, event);
      }),
  };
}

/** A chat's nth event; with it, if that is planned, the same one under another job id and one that cannot be read. */
function jobsOf(plan: ChaosPlan, instances: Instances, lane: number, n: number): Job[] {
  const instanceId = instances.of(lane);
  const index = (n - 1) * plan.lanes + lane;
  const jid = `5531977${String(lane).padStart(6, '0')}@s.whatsapp.net`;
  const keyId = `key-${index}`;
  const text = `<${instanceId}/${lane}/${n}>`;
  const event = inboundText({ instanceId, jid, keyId, text });
  const first: Job = { jobId: `event-${instanceId}-${index}`, event, published: { instanceId, jid, keyId, n, text } };
  const again: Job = { jobId: `${first.jobId}-again`, event, published: null };
  const poison: Job = {
    jobId: `poison-${instanceId}-${index}`,
    event: inboundText({ instanceId, jid: 'nobody', keyId: `poison-${index}`, text: 'poison' }),
    published: null,
  };
  return [first, ...(plan.repeats[index] ? [again] : []), ...(index % plan.poisonEvery === plan.poisonEvery - 1 ? [poison] : [])];
}
