import type { OutboundMessage } from '@typelane/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { testQueues, type TestQueues } from '../test/queues.ts';
import { redisProxy } from '../test/redis-proxy.ts';
import { publishReply, replyOf } from '../test/replies.ts';
import { consumeReplies, type Consumer, type ConsumerOptions } from './consume-replies.ts';
import { PermanentSendError, type Send } from './send.ts';

const textOf = (message: OutboundMessage): string => (message.type === 'text' ? message.text : message.type);

function consume(queues: TestQueues, send: Send, options: ConsumerOptions = {}): Consumer {
  const consumer = consumeReplies(queues.url, send, { prefix: queues.prefix, backoffMs: 5, ...options });
  onTestFinished(() => consumer.close());
  return consumer;
}

/** A gateway that accepts everything. */
function recorder() {
  const sent: string[] = [];
  const send: Send = async (message) => {
    sent.push(textOf(message));
    return `key of ${textOf(message)}`;
  };
  return { sent, send };
}

describe('a reply', () => {
  test('is sent message by message, in order, and completes with the key ids', async () => {
    const queues = testQueues();
    const { sent, send } = recorder();
    const events = await queues.queueEvents('outbound');
    consume(queues, send);

    const job = await publishReply(queues, replyOf(['one', 'two', 'three']), 'reply-1');
    expect(await job.waitUntilFinished(events)).toEqual({ keyIds: ['key of one', 'key of two', 'key of three'] });
    expect(sent).toEqual(['one', 'two', 'three']);
  });

  test('is completed without ids that the gateway did not return', async () => {
    const queues = testQueues();
    const events = await queues.queueEvents('outbound');
    consume(queues, async (message) => (textOf(message) === 'two' ? null : textOf(message)));

    const job = await publishReply(queues, replyOf(['one', 'two', 'three']), 'reply-1');
    expect(await job.waitUntilFinished(events)).toEqual({ keyIds: ['one', 'three'] });
  });

  test('reports its progress', async () => {
    const queues = testQueues();
    const { promise: second, resolve: sendSecond } = Promise.withResolvers<string>();
    const events = await queues.queueEvents('outbound');
    consume(queues, async (message) => (textOf(message) === 'two' ? second : null));

    const job = await publishReply(queues, replyOf(['one', 'two']), 'reply-1');
    await expect.poll(async () => (await queues.queue('outbound').getJob('reply-1'))?.progress).toEqual({ sent: 1, keyIds: [] });
    sendSecond('key');
    await job.waitUntilFinished(events);
    expect((await queues.queue('outbound').getJob('reply-1'))?.progress).toEqual({ sent: 2, keyIds: ['key'] });
  });

  test('does not wait for the reply of another chat', async () => {
    const queues = testQueues();
    const { promise: never } = Promise.withResolvers<string>();
    const events = await queues.queueEvents('outbound');
    consume(queues, async (message) => (textOf(message) === 'slow' ? never : 'key'), { closeTimeoutMs: 10 });

    await publishReply(queues, replyOf(['slow']), 'reply-1');
    const quick = await publishReply(queues, replyOf(['quick']), 'reply-2');
    expect(await quick.waitUntilFinished(events)).toEqual({ keyIds: ['key'] });
  });

  test.each([
    ['without an id', { ...replyOf(['one']), replyId: undefined }, '`replyId` is required'],
    ['with no messages', { ...replyOf([]) }, '`messages` must be a list of at least 1 entry, but got a list of 0'],
    [
      'with a kind of message we do not know',
      { ...replyOf(['one']), messages: [{ type: 'hologram', id: 'x' }] },
      '`messages.0.type` must be `text` or `image` or `video` or `audio` or `document` or `buttons` or `list` or `poll`, but got "hologram"',
    ],
  ])('%s fails permanently, with a sentence as the reason', async (_, reply, sentence) => {
    const queues = testQueues();
    const { sent, send } = recorder();
    const events = await queues.queueEvents('outbound');
    consume(queues, send);

    const job = await publishReply(queues, reply, 'reply-1');
    await expect(job.waitUntilFinished(events)).rejects.toThrow(sentence);
    expect(sent).toEqual([]);
  });
});

describe('several consumers on one queue', () => {
  test('each sends the replies it accepts, and a reply that nobody accepts waits', async () => {
    const queues = testQueues();
    const [shop, office] = [recorder(), recorder()];
    const events = await queues.queueEvents('outbound');
    consume(queues, shop.send, { accepts: ({ instanceId }) => instanceId === 'shop' });
    consume(queues, office.send, { accepts: async ({ instanceId }) => instanceId === 'office' });

    const forNobody = await publishReply(queues, { ...replyOf(['nobody']), instanceId: 'none' }, 'reply-0');
    const jobs = await Promise.all(
      ['one', 'two', 'three', 'four'].map((text, index) =>
        publishReply(queues, { ...replyOf([text]), instanceId: index % 2 === 0 ? 'shop' : 'office' }, `reply-${index + 1}`),
      ),
    );
    for (const job of jobs) await job.waitUntilFinished(events);
    expect([shop.sent.toSorted(), office.sent.toSorted()]).toEqual([
      ['one', 'three'],
      ['four', 'two'],
    ]);
    expect(await forNobody.getState()).not.toBe('failed');
  });

  test('a consumer whose `accepts` fails leaves the reply alone until it succeeds', async () => {
    const queues = testQueues();
    const { sent, send } = recorder();
    const errors: string[] = [];
    const events = await queues.queueEvents('outbound');
    const accepts = (): boolean => {
      if (errors.length === 0) throw new Error('no database');
      return true;
    };
    consume(queues, send, { accepts, onError: ({ message }) => errors.push(message) });

    const job = await publishReply(queues, replyOf(['one']), 'reply-1');
    expect(await job.waitUntilFinished(events)).toEqual({ keyIds: ['key of one'] });
    expect([sent, errors]).toEqual([['one'], ['no database']]);
  });
});

describe('pace', () => {
  test('a message waits, then shows typing, then is sent', async () => {
    const queues = testQueues();
    const seen: [string, number][] = [];
    const note = (what: string) => seen.push([what, performance.now()]);
    const events = await queues.queueEvents('outbound');
    consume(
      queues,
      async (message) => {
        note(`sent ${textOf(message)}`);
        return null;
      },
      { onTyping: ({ reply, index }, typingMs) => void note(`typing to ${reply.to} before ${index} for ${typingMs}`) },
    );

    note('published');
    const job = await publishReply(queues, replyOf(['one', 'two'], { waitMs: 60, typingMs: 90 }), 'reply-1');
    await job.waitUntilFinished(events);

    const to = '5531999999999@s.whatsapp.net';
    expect(seen.map(([what]) => what)).toEqual([
      'published',
      `typing to ${to} before 0 for 90`,
      'sent one',
      `typing to ${to} before 1 for 90`,
      'sent two',
    ]);
    const pauses = seen.slice(1).map(([, at], index) => at - (seen[index]?.[1] ?? 0));
    for (const [index, atLeast] of [60, 90, 60, 90].entries()) expect(pauses[index]).toBeGreaterThanOrEqual(atLeast - 2);
  });

  test('is left to the gateway when it is switched off', async () => {
    const queues = testQueues();
    const { send } = recorder();
    const events = await queues.queueEvents('outbound');
    consume(queues, send, { pace: false });

    const job = await publishReply(queues, replyOf(['one', 'two'], { waitMs: 60_000, typingMs: 60_000 }), 'reply-1');
    expect(await job.waitUntilFinished(events, 5_000)).toEqual({ keyIds: ['key of one', 'key of two'] });
  });

  test('a failure to show typing delays no message', async () => {
    const queues = testQueues();
    const { send } = recorder();
    const errors: string[] = [];
    const events = await queues.queueEvents('outbound');
    consume(queues, send, {
      onTyping: () => {
        throw new Error('no typing here');
      },
      onError: (error) => errors.push(error.message),
    });

    const job = await publishReply(queues, replyOf(['one'], { typingMs: 10 }), 'reply-1');
    expect(await job.waitUntilFinished(events)).toEqual({ keyIds: ['key of one'] });
    expect(errors).toEqual(['no typing here']);
  });
});

describe('a send that fails', () => {
  test('is retried, and only that message', async () => {
    const queues = testQueues();
    const attempts: string[] = [];
    const events = await queues.queueEvents('outbound');
    consume(queues, async (message, { index, attempt }) => {
      attempts.push(`${index}/${attempt}`);
      if (index === 1 && attempt < 3) throw new Error('busy');
      return textOf(message);
    });

    const job = await publishReply(queues, replyOf(['one', 'two']), 'reply-1');
    expect(await job.waitUntilFinished(events)).toEqual({ keyIds: ['one', 'two'] });
    expect(attempts).toEqual(['0/1', '1/1', '1/2', '1/3']);
  });

  test('fails its reply when all attempts are used up', async () => {
    const queues = testQueues();
    const attempts: number[] = [];
    const events = await queues.queueEvents('outbound');
    consume(
      queues,
      async (message, { attempt }) => {
        if (textOf(message) === 'one') return 'key of one';
        attempts.push(attempt);
        throw new Error('gateway is down');
      },
      { attempts: 3 },
    );

    const job = await publishReply(queues, replyOf(['one', 'two', 'three']), 'reply-1');
    await expect(job.waitUntilFinished(events)).rejects.toThrow('Message 2 of 3 (1 sent before it) could not be sent: gateway is down');
    expect(attempts).toEqual([1, 2, 3]);
  });

  test('permanently fails its reply at once, and its sent messages stay recorded', async () => {
    const queues = testQueues();
    const sent: string[] = [];
    const events = await queues.queueEvents('outbound');
    consume(queues, async (message) => {
      sent.push(textOf(message));
      if (textOf(message) === 'two') throw new PermanentSendError('not on WhatsApp');
      return 'key of one';
    });

    const job = await publishReply(queues, replyOf(['one', 'two', 'three']), 'reply-1');
    await expect(job.waitUntilFinished(events)).rejects.toThrow('Message 2 of 3 (1 sent before it) was refused: not on WhatsApp');
    expect(sent).toEqual(['one', 'two']);
    const failed = await queues.queue('outbound').getJob('reply-1');
    expect(failed?.progress).toEqual({ sent: 1, keyIds: ['key of one'] });
    expect(await failed?.getState()).toBe('failed');
  });

  test('by taking too long is aborted and retried', async () => {
    const queues = testQueues();
    const events = await queues.queueEvents('outbound');
    consume(
      queues,
      async (_, { attempt, signal }) => {
        if (attempt > 1) return 'key';
        await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
        return 'never';
      },
      { sendTimeoutMs: 50 },
    );

    const job = await publishReply(queues, replyOf(['one']), 'reply-1');
    expect(await job.waitUntilFinished(events)).toEqual({ keyIds: ['key'] });
  });
});

describe('closing', () => {
  test('does not wait for pauses: the reply goes back unsent and another consumer sends it', async () => {
    const queues = testQueues();
    const events = await queues.queueEvents('outbound');
    const first = recorder();
    const pacing = Promise.withResolvers<void>();
    const consumer = consume(queues, first.send, { onTyping: () => pacing.resolve() });
    const job = await publishReply(queues, replyOf(['one'], { typingMs: 600_000 }), 'reply-1');
    await pacing.promise;

    await consumer.close();
    expect(await job.getState()).toBe('waiting');
    expect(first.sent).toEqual([]);

    const second = recorder();
    consume(queues, second.send, { pace: false });
    expect(await job.waitUntilFinished(events)).toEqual({ keyIds: ['key of one'] });
    expect(second.sent).toEqual(['one']);
  });

  test('finishes the message being sent, and the next consumer continues after it', async () => {
    const queues = testQueues();
    const events = await queues.queueEvents('outbound');
    const begun = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<string>();
    const first = consume(queues, async () => {
      begun.resolve();
      return answer.promise;
    });
    const job = await publishReply(queues, replyOf(['one', 'two']), 'reply-1');
    await begun.promise;

    const closed = first.close();
    answer.resolve('key of the first consumer');
    await closed;
    expect(await job.getState()).toBe('waiting');
    expect((await queues.queue('outbound').getJob('reply-1'))?.progress).toEqual({ sent: 1, keyIds: ['key of the first consumer'] });

    const { sent, send } = recorder();
    consume(queues, send);
    expect(await job.waitUntilFinished(events)).toEqual({ keyIds: ['key of the first consumer', 'key of two'] });
    expect(sent).toEqual(['two']);
  });

  test('aborts a message that takes too long', async () => {
    const queues = testQueues();
    const begun = Promise.withResolvers<void>();
    const aborted: unknown[] = [];
    const consumer = consume(
      queues,
      async (_, { signal }) => {
        begun.resolve();
        await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
        return null;
      },
      { closeTimeoutMs: 50, onError: (error) => aborted.push(error) },
    );
    const job = await publishReply(queues, replyOf(['one']), 'reply-1');
    await begun.promise;
    await consumer.close();

    expect(await job.getState()).toBe('waiting');
    expect(aborted).toEqual([]);
  });

  test('ends in time when a send ignores that it was aborted', async () => {
    const queues = testQueues();
    const begun = Promise.withResolvers<void>();
    const { promise: never } = Promise.withResolvers<string>();
    const consumer = consume(
      queues,
      async () => {
        begun.resolve();
        return never;
      },
      { closeTimeoutMs: 50 },
    );
    const job = await publishReply(queues, replyOf(['one']), 'reply-1');
    await begun.promise;

    await consumer.close();
    expect(await job.getState()).toBe('waiting');
  });

  test('ends in time while Redis is away', async () => {
    const queues = testQueues();
    const proxy = await redisProxy(queues.url);
    const begun = Promise.withResolvers<void>();
    const consumer = consumeReplies(
      proxy.url,
      async () => {
        begun.resolve();
        return 'key';
      },
      { prefix: queues.prefix, closeTimeoutMs: 50, onError: () => undefined },
    );
    await publishReply(queues, replyOf(['one', 'two'], { waitMs: 30 }), 'reply-1');
    await begun.promise;
    await proxy.cut();

    await expect(consumer.close()).resolves.toBeUndefined();
  });
});
