import { inboundEventSchema } from '@typelane/core';
import { inboundText } from '@typelane/testkit';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { redisProxy } from '../test/redis-proxy.ts';
import { testQueues } from '../test/queues.ts';
import { InvalidEventError } from './invalid-event.ts';
import { PublishError } from './publish-lane.ts';
import { createPublisher, type PublisherOptions } from './publisher.ts';

const ana = '5531999999999@s.whatsapp.net';
const said = (text: string, keyId = text) => inboundText({ instanceId: 'shop', jid: ana, keyId, text, timestamp: 1 });

function publisher(options: PublisherOptions) {
  const made = createPublisher(options);
  onTestFinished(() => made.close());
  return made;
}

describe('publishing', () => {
  test('keeps the order of the calls, awaited or not', async () => {
    const queues = testQueues();
    const { publish } = publisher({ connection: queues.url, prefix: queues.prefix });
    const events = Array.from({ length: 200 }, (_, index) => said(`message ${index}`));

    await Promise.all(events.map((event) => publish(event)));
    await publish(said('last'));

    expect(await queues.waiting('inbound')).toEqual([...events, said('last')]);
  });

  test('makes plain jobs that nothing delays, prioritises or retries', async () => {
    const queues = testQueues();
    const [published] = await publisher({ connection: queues.url, prefix: queues.prefix }).publish(said('oi'));

    const job = await queues.queue('inbound').getJob(published?.jobId ?? '');
    expect(job?.name).toBe('message');
    expect(job?.opts).toEqual({ attempts: 0, jobId: published?.jobId });
  });

  test('leaves the settings of the queue to Typelane', async () => {
    const queues = testQueues();
    await queues.redis.hset(`${queues.prefix}:inbound:meta`, 'opts.maxLenEvents', 77);
    await publisher({ connection: queues.url, prefix: queues.prefix }).publish(said('oi'));

    expect(await queues.redis.hgetall(`${queues.prefix}:inbound:meta`)).toEqual({ 'opts.maxLenEvents': '77' });
  });

  test('works on the settings of an ioredis instance and leaves the instance open', async () => {
    const queues = testQueues();
    const { publish, close } = publisher({ connection: queues.redis, prefix: queues.prefix });
    await publish(said('oi'));
    await close();

    expect(await queues.redis.ping()).toBe('PONG');
    expect(await queues.waiting('inbound')).toEqual([said('oi')]);
  });

  test('puts an array into one job, in its order', async () => {
    const queues = testQueues();
    const events = [said('one'), said('two'), said('three')];
    const published = await publisher({ connection: queues.url, prefix: queues.prefix }).publish(events);

    expect(published).toEqual([{ jobId: expect.stringMatching(/^wa-[0-9a-f]{64}$/) }]);
    expect(await queues.waiting('inbound')).toEqual([events]);
  });

  test('over several queues keeps each instance in one and in order', async () => {
    const queues = testQueues();
    const { publish } = publisher({ connection: queues.url, prefix: queues.prefix, partitions: 4 });
    const instances = Array.from({ length: 12 }, (_, index) => `shop-${index}`);
    const jid = '5531999999999@s.whatsapp.net';
    const round = (text: string) => instances.map((instanceId) => inboundText({ instanceId, jid, keyId: text, text, timestamp: 1 }));

    const published = await publish([...round('first'), ...round('second')]);
    expect(published).toHaveLength(4);

    const waiting = await Promise.all([0, 1, 2, 3].map((partition) => queues.waiting(`inbound-${partition}`)));
    const jobs = z.array(z.array(inboundEventSchema)).parse(waiting.flat());
    for (const instanceId of instances) {
      const holding = jobs
        .map((job) => job.filter((event) => event.instance.instanceId === instanceId))
        .filter((found) => found.length > 0);
      expect(holding.map((events) => events.map((event) => event.data.keyId))).toEqual([['first', 'second']]);
    }
  });

  test('refuses an invalid number of partitions', () => {
    expect(() => createPublisher({ connection: 'redis://127.0.0.1:1', partitions: 0 })).toThrow('partitions');
  });

  test('publishes nothing of an array with an invalid event', async () => {
    const queues = testQueues();
    const { publish } = publisher({ connection: queues.url, prefix: queues.prefix });
    const invalid = { ...said('two'), event: '' };

    const refusal = await publish([said('one'), invalid]).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(InvalidEventError);
    expect(String(refusal)).toContain('`1.event` must be text of at least 1 character, but got ""');
    expect(await queues.waiting('inbound')).toEqual([]);
  });
});

describe('publishing an event again', () => {
  test('adds nothing while the first one waits', async () => {
    const queues = testQueues();
    const { publish } = publisher({ connection: queues.url, prefix: queues.prefix });
    const first = await publish(said('oi'));
    const again = await publish({ ...said('oi'), redelivered: true });

    expect(again).toEqual(first);
    expect(await queues.waiting('inbound')).toEqual([said('oi')]);
  });
});

describe('while Redis is away', () => {
  test('publishing fails in time with the reason, and the event is not published later', async () => {
    const queues = testQueues();
    const proxy = await redisProxy(queues.url);
    await proxy.cut();
    const { publish } = publisher({ connection: proxy.url, prefix: queues.prefix, timeoutMs: 500 });

    const begun = performance.now();
    const refusal = await publish(said('lost')).catch((error: unknown) => error);
    expect(performance.now() - begun).toBeLessThan(1_500);
    expect(refusal).toBeInstanceOf(PublishError);
    expect(String(refusal)).toContain('ECONNREFUSED');
    expect(refusal).toHaveProperty('cause.code', 'ECONNREFUSED');

    await proxy.restore();
    await publish(said('found'));
    expect(await queues.waiting('inbound')).toEqual([said('found')]);
  });

  test('events are published in order as soon as it is back', async () => {
    const queues = testQueues();
    const proxy = await redisProxy(queues.url);
    const { publish } = publisher({ connection: proxy.url, prefix: queues.prefix, timeoutMs: 10_000 });
    await publish(said('before'));
    await proxy.cut();
    const later = ['one', 'two', 'three'].map((text) => publish(said(text)));
    await proxy.restore();
    await Promise.all(later);

    expect(await queues.waiting('inbound')).toEqual([said('before'), said('one'), said('two'), said('three')]);
  });

  test('connections that break again and again neither lose, repeat nor reorder', async () => {
    const queues = testQueues();
    const proxy = await redisProxy(queues.url);
    const { publish } = publisher({ connection: proxy.url, prefix: queues.prefix });
    const events = Array.from({ length: 300 }, (_, index) => said(`message ${index}`));
    const breaking = setInterval(() => void proxy.restore(), 25);
    onTestFinished(() => clearInterval(breaking));

    const published: Promise<unknown>[] = [];
    for (const event of events) {
      published.push(publish(event));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await Promise.all(published);

    expect(await queues.waiting('inbound')).toEqual(events);
  });

  test('a connection that stops responding fails the publish in time', async () => {
    const queues = testQueues();
    const proxy = await redisProxy(queues.url);
    const { publish } = publisher({ connection: proxy.url, prefix: queues.prefix, timeoutMs: 1_000 });
    await publish(said('before'));
    proxy.silence();

    const begun = performance.now();
    await expect(publish(said('lost'))).rejects.toBeInstanceOf(PublishError);
    expect(performance.now() - begun).toBeLessThan(2_000);
  });

  test('a connection that stops responding is replaced while the publish is still being attempted', async () => {
    const queues = testQueues();
    const proxy = await redisProxy(queues.url);
    const { publish } = publisher({ connection: proxy.url, prefix: queues.prefix });
    await publish(said('before'));
    proxy.silence();

    await publish(said('after'));
    expect(await queues.waiting('inbound')).toEqual([said('before'), said('after')]);
  });
});

test('an error that waiting cannot resolve fails the publish at once, with the message of Redis', async () => {
  const queues = testQueues();
  await queues.redis.set(`${queues.prefix}:inbound:wait`, 'no list');
  // Longer than the test may take: waiting for it would fail the test.
  const { publish } = publisher({ connection: queues.url, prefix: queues.prefix, timeoutMs: 600_000 });

  const refusal = await publish(said('oi')).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(PublishError);
  expect(String(refusal)).toContain('WRONGTYPE');
});

describe('closing', () => {
  test('waits for earlier publishes and accepts no further ones', async () => {
    const queues = testQueues();
    const { publish, close } = publisher({ connection: queues.url, prefix: queues.prefix });
    const published = publish(said('oi'));
    await close();

    expect(await published).toHaveLength(1);
    await expect(publish(said('late'))).rejects.toThrow('closed');
    expect(await queues.waiting('inbound')).toEqual([said('oi')]);
  });

  test('ends while Redis is away', async () => {
    const { publish, close } = createPublisher({ connection: 'redis://127.0.0.1:1', timeoutMs: 200 });
    const refusal = publish(said('oi')).catch((error: unknown) => error);
    await close();
    expect(await refusal).toBeInstanceOf(PublishError);
  });
});

test('connections of a closed publisher are closed', async () => {
  const queues = testQueues();
  const name = `publisher-of-${queues.prefix}`;
  const named = new Redis(queues.url, { connectionName: name, lazyConnect: true });
  const { publish, close } = createPublisher({ connection: named, prefix: queues.prefix });
  await publish(said('oi'));
  expect(await queues.redis.client('LIST')).toContain(name);

  await close();
  await expect.poll(async () => await queues.redis.client('LIST')).not.toContain(name);
});
