import type { OutboundMessage } from '@typelane/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { consumerChild } from '../test/consumer-child.ts';
import { gateway } from '../test/gateway.ts';
import { testQueues, type TestQueues } from '../test/queues.ts';
import { publishReply, replyOf } from '../test/replies.ts';
import { consumeReplies, type Consumer, type ConsumerOptions } from './consume-replies.ts';
import { PermanentSendError, type Send } from './send.ts';

const textOf = (message: OutboundMessage): string => (message.type === 'text' ? message.text : message.type);
const keyIdsOf = (texts: string[]) => ({ keyIds: texts.map((text) => `key of ${text}`) });

function consume(queues: TestQueues, send: Send, options: ConsumerOptions = {}): Consumer {
  const consumer = consumeReplies(queues.url, send, { prefix: queues.prefix, onError: () => undefined, ...options });
  onTestFinished(() => consumer.close());
  return consumer;
}

function recorder() {
  const sent: string[] = [];
  const send: Send = async (message) => {
    sent.push(textOf(message));
    return `key of ${textOf(message)}`;
  };
  return { sent, send };
}

describe('a reply delivered again', () => {
  test('continues at its first unsent message when the consumer was killed during it', async () => {
    const queues = testQueues();
    const whatsApp = await gateway();
    const events = await queues.queueEvents('outbound');
    const letGo = whatsApp.hold('two');
    const first = consumerChild(queues, whatsApp, 'first', 1_000);
    const job = await publishReply(queues, replyOf(['one', 'two', 'three']), 'reply-1');
    await expect.poll(() => whatsApp.arrived, { timeout: 10_000 }).toEqual(['first: one', 'first: two']);
    await first.kill();
    letGo();

    const { sent, send } = recorder();
    consume(queues, send, { lockMs: 1_000 });
    expect(await job.waitUntilFinished(events, 20_000)).toEqual(keyIdsOf(['one', 'two', 'three']));
    expect(sent).toEqual(['two', 'three']);
  });

  test('sends nothing and completes with the same ids after its job was completed and removed', async () => {
    const queues = testQueues();
    const events = await queues.queueEvents('outbound');
    const { sent, send } = recorder();
    consume(queues, send);
    const reply = replyOf(['one', 'two']);
    const job = await publishReply(queues, reply, 'reply-1');
    await job.waitUntilFinished(events);
    await job.remove();

    // Nothing is to be paced either.
    const messages = reply.messages.map((message) => ({ ...message, waitMs: 600_000 }));
    const again = await publishReply(queues, { ...reply, messages }, 'reply-1');
    expect(await again.waitUntilFinished(events, 5_000)).toEqual(keyIdsOf(['one', 'two']));
    expect(sent).toEqual(['one', 'two']);
  });

  test('continues at the failed message after its job failed and was removed', async () => {
    const queues = testQueues();
    const events = await queues.queueEvents('outbound');
    const { sent, send } = recorder();
    let broken = true;
    consume(queues, async (message, context) => {
      if (broken && textOf(message) === 'two') throw new PermanentSendError('no');
      return await send(message, context);
    });
    const reply = replyOf(['one', 'two', 'three']);
    const job = await publishReply(queues, reply, 'reply-1');
    await expect(job.waitUntilFinished(events)).rejects.toThrow('Message 2 of 3');
    await job.remove();
    broken = false;

    const again = await publishReply(queues, reply, 'reply-1');
    expect(await again.waitUntilFinished(events)).toEqual(keyIdsOf(['one', 'two', 'three']));
    expect(sent).toEqual(['one', 'two', 'three']);
  });

  test('continues from its own progress when no other record is left', async () => {
    const queues = testQueues();
    const events = await queues.queueEvents('outbound');
    const reply = replyOf(['one', 'two', 'three']);
    const job = await publishReply(queues, reply, 'reply-1');
    await job.updateProgress({ sent: 2, keyIds: ['key of two'] });

    const { sent, send } = recorder();
    consume(queues, send);
    expect(await job.waitUntilFinished(events)).toEqual(keyIdsOf(['two', 'three']));
    expect(sent).toEqual(['three']);
  });

  test('is remembered for the configured time, and its lock is released', async () => {
    const queues = testQueues();
    const events = await queues.queueEvents('outbound');
    consume(queues, recorder().send, { rememberMs: 60_000 });
    const reply = replyOf(['one']);
    const job = await publishReply(queues, reply, 'reply-1');
    await job.waitUntilFinished(events);

    const leftMs = await queues.redis.pttl(`${queues.prefix}:typelane:sent:${reply.replyId}`);
    expect(leftMs).toBeGreaterThan(50_000);
    expect(leftMs).toBeLessThanOrEqual(60_000);
    expect(await queues.redis.exists(`${queues.prefix}:typelane:sending:${reply.replyId}`)).toBe(0);
  });
});

describe('two consumers with one reply', () => {
  test('send each message once, even when both have a job for it', async () => {
    const queues = testQueues();
    const events = await queues.queueEvents('outbound');
    const { sent, send } = recorder();
    const reply = replyOf(['one', 'two', 'three'], { typingMs: 30 });
    const jobs = await Promise.all(['reply-1', 'reply-again'].map((jobId) => publishReply(queues, reply, jobId)));
    consume(queues, send);
    consume(queues, send);

    const receipts = await Promise.all(jobs.map((job) => job.waitUntilFinished(events)));
    expect(receipts).toEqual([keyIdsOf(['one', 'two', 'three']), keyIdsOf(['one', 'two', 'three'])]);
    expect(sent).toEqual(['one', 'two', 'three']);
  });

  test('a consumer that was frozen sends nothing more when it continues', async () => {
    const queues = testQueues();
    const whatsApp = await gateway();
    const events = await queues.queueEvents('outbound');
    const letGo = whatsApp.hold('one');
    const frozen = consumerChild(queues, whatsApp, 'frozen', 1_000);
    const job = await publishReply(queues, replyOf(['one', 'two', 'three']), 'reply-1');
    await expect.poll(() => whatsApp.arrived, { timeout: 10_000 }).toEqual(['frozen: one']);
    frozen.freeze();
    letGo();

    const holdTwo = whatsApp.hold('two');
    consumerChild(queues, whatsApp, 'second', 1_000);
    await expect.poll(() => whatsApp.arrived, { timeout: 20_000 }).toEqual(['frozen: one', 'second: one', 'second: two']);
    frozen.thaw();
    await expect.poll(() => frozen.did(), { timeout: 10_000 }).toContain('one');
    holdTwo();

    expect(await job.waitUntilFinished(events, 20_000)).toEqual(keyIdsOf(['one', 'two', 'three']));
    await frozen.close();
    expect(whatsApp.arrived).toEqual(['frozen: one', 'second: one', 'second: two', 'second: three']);
  });

  test('a consumer that was frozen while it showed typing sends nothing when it continues', async () => {
    const queues = testQueues();
    const whatsApp = await gateway();
    const events = await queues.queueEvents('outbound');
    const frozen = consumerChild(queues, whatsApp, 'frozen', 1_000);
    const job = await publishReply(queues, replyOf(['one'], { typingMs: 500 }), 'reply-1');
    await expect.poll(() => frozen.did(), { timeout: 10_000 }).toEqual(['typing']);
    frozen.freeze();
    consumerChild(queues, whatsApp, 'second', 1_000);
    expect(await job.waitUntilFinished(events, 20_000)).toEqual(keyIdsOf(['one']));

    frozen.thaw();
    await expect.poll(() => frozen.did(), { timeout: 10_000 }).toContain('error');
    await frozen.close();
    expect(whatsApp.arrived).toEqual(['second: one']);
  });

  test('a consumer that loses its lock has its send aborted, and its late success counts', async () => {
    const queues = testQueues();
    const events = await queues.queueEvents('outbound');
    const begun = Promise.withResolvers<void>();
    const aborted = Promise.withResolvers<void>();
    const late = Promise.withResolvers<string>();
    const reply = replyOf(['one', 'two']);
    const { sent, send } = recorder();
    consume(
      queues,
      async (message, context) => {
        await send(message, context);
        if (textOf(message) === 'two') return 'key of two';
        context.signal.addEventListener('abort', () => aborted.resolve());
        begun.resolve();
        return late.promise;
      },
      { lockMs: 600 },
    );
    const job = await publishReply(queues, reply, 'reply-1');
    await begun.promise;
    // As if the first consumer's claim had expired and another consumer had claimed the reply.
    await queues.redis.set(`${queues.prefix}:typelane:sending:${reply.replyId}`, 'another', 'PX', 3_000);
    await aborted.promise;
    late.resolve('late key of one');

    expect(await job.waitUntilFinished(events, 20_000)).toEqual({ keyIds: ['late key of one', 'key of two'] });
    expect(sent).toEqual(['one', 'two']);
  });
});

describe('a Redis that loses its memory', () => {
  test('during a reply causes no message to be sent twice', async () => {
    const queues = testQueues();
    const reply = replyOf(['one', 'two', 'three']);
    const { sent, send } = recorder();
    const done = Promise.withResolvers<void>();
    consume(queues, async (message, context) => {
      if (textOf(message) === 'two') await queues.forget();
      if (textOf(message) === 'three') done.resolve();
      return await send(message, context);
    });
    await publishReply(queues, reply, 'reply-1');
    await done.promise;
    await expect.poll(async () => await queues.redis.hlen(`${queues.prefix}:typelane:sent:${reply.replyId}`)).toBe(3);

    const events = await queues.queueEvents('outbound');
    const again = await publishReply(queues, reply, 'reply-1');
    expect(await again.waitUntilFinished(events, 20_000)).toEqual(keyIdsOf(['one', 'two', 'three']));
    expect(sent).toEqual(['one', 'two', 'three']);
  });
});
