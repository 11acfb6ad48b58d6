/** A consumer of its own process, for tests that kill or freeze it. Arguments: Redis URL, prefix, gateway URL, its name, lock in ms. Prints what it does. */
import { z } from 'zod';
import { consumeReplies } from '../src/consume-replies.ts';

const [redisUrl = '', prefix = '', gatewayUrl = '', name = '', lockMs = ''] = process.argv.slice(2);
const answerSchema = z.object({ keyId: z.string() });

const consumer = consumeReplies(
  redisUrl,
  // Ignores its signal: the worst a consumer can do.
  async (message) => {
    const text = message.type === 'text' ? message.text : message.type;
    try {
      const response = await fetch(gatewayUrl, { method: 'POST', body: JSON.stringify({ consumer: name, text }) });
      return answerSchema.parse(await response.json()).keyId;
    } finally {
      process.stdout.write(`${text}\n`);
    }
  },
  {
    prefix,
    lockMs: Number(lockMs),
    onTyping: () => void process.stdout.write('typing\n'),
    // A consumer that was frozen finds its jobs taken: those errors belong to the test.
    onError: () => void process.stdout.write('error\n'),
  },
);
process.on('SIGTERM', () => void consumer.close());
