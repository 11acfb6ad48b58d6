/**
 * A terminal chat in which you are the contact: npm run chat. Your lines go to the inbound queue as CodeChat-shaped events, the
 * replies come from the outbound queue. Needs a running `npm start`, or REDIS_URL.
 *
 *   npm run chat -- [--instance demo] [--contacts 3] [--name Ana] [--fast]
 *
 * With several contacts a line `2: hello` is said by the second one. `--fast` leaves out typing times and waits. Lines that
 * are piped in are said one by one, each after the answer to the one before.
 */
import { parseArgs } from 'node:util';
import { createInterface } from 'node:readline';
import { resolve } from 'node:path';
import { consumeReplies, createPublisher, type OutboundMessage, type OutboundReply } from '@typelane/client';
import { ConfigurationError, connectRedisForLoops, readEnv } from '@typelane/runtime';
import { createContacts } from './contacts.ts';
import { demoInstanceId } from './demo.ts';
import { readRunFile } from './run-file.ts';
import { screen } from './screen.ts';

/** Milliseconds a piped line waits for its answer. */
const answerWithinMs = 60_000;

try {
  await chat();
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(error instanceof ConfigurationError ? 2 : 1);
}

async function chat(): Promise<void> {
  const { instance, contacts: count, name, fast } = usage();
  const { redisUrl, prefix } = await whereItRuns();
  const contacts = createContacts(instance, count, name);
  const publisher = createPublisher({ connection: redisUrl, prefix, partitions: readEnv(['INBOUND_PARTITIONS']).INBOUND_PARTITIONS });
  const heard = createHeard();
  const redis = connectRedisForLoops(redisUrl);
  const show = (message: OutboundMessage, reply: OutboundReply): string => {
    screen.show(contacts.labelOf(reply), message);
    return `CHAT-${message.id}`;
  };
  const consumer = consumeReplies(
    redis,
    async (message, { reply, index }) => {
      const keyId = show(message, reply);
      if (index === reply.messages.length - 1) heard.tell(reply.to);
      return keyId;
    },
    {
      prefix,
      pace: !fast,
      accepts: (reply) => reply.instanceId === instance,
      onTyping: ({ reply }, typingMs) => screen.typing(contacts.labelOf(reply), typingMs),
    },
  );
  const say = async (line: string): Promise<string> => {
    const { event, jid } = contacts.say(line);
    await publisher.publish(event);
    return jid;
  };
  screen.welcome(instance, count);
  if (process.stdin.isTTY) await talk(say);
  else await recite(say, heard);
  await consumer.close();
  await publisher.close();
  redis.disconnect();
}

/** Lines as they are typed, until the end of the input. */
async function talk(say: (line: string) => Promise<string>): Promise<void> {
  const lines = createInterface({ input: process.stdin, output: process.stdout, prompt: '' });
  lines.on('SIGINT', () => lines.close());
  for await (const line of lines) if (line.trim() !== '') await say(line);
}

/** Piped lines, each after the answer to the one before. */
async function recite(say: (line: string) => Promise<string>, heard: Heard): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === '') continue;
    screen.said(line);
    const before = heard.total();
    await say(line);
    await heard.after(before);
  }
}

type Heard = ReturnType<typeof createHeard>;

function createHeard() {
  let total = 0;
  let wake = (): void => {};
  return {
    total: () => total,
    tell(_to: string) {
      total += 1;
      wake();
    },
    after(before: number): Promise<void> {
      if (total > before) return Promise.resolve();
      return new Promise((done, fail) => {
        const late = setTimeout(() => fail(new Error(`No answer within ${answerWithinMs / 1_000} seconds`)), answerWithinMs);
        wake = () => {
          clearTimeout(late);
          done();
        };
      });
    },
  };
}

async function whereItRuns(): Promise<{ redisUrl: string; prefix: string }> {
  const { DATA_DIR, QUEUE_PREFIX } = readEnv(['DATA_DIR', 'QUEUE_PREFIX']);
  if (process.env['REDIS_URL'] || process.env['REDIS_URL_FILE'])
    return { redisUrl: readEnv(['REDIS_URL']).REDIS_URL, prefix: QUEUE_PREFIX };
  const run = await readRunFile(resolve(DATA_DIR));
  if (run) return { redisUrl: run.redisUrl, prefix: run.queuePrefix };
  throw new ConfigurationError(`Nothing runs on ${resolve(DATA_DIR)}: run npm start in another terminal first, or set REDIS_URL`);
}

function usage(): { instance: string; contacts: number; name: string; fast: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        instance: { type: 'string', default: demoInstanceId },
        contacts: { type: 'string', default: '1' },
        name: { type: 'string', default: 'Ana' },
        fast: { type: 'boolean', default: false },
      },
    });
    const contacts = Number(values.contacts);
    if (!Number.isInteger(contacts) || contacts < 1 || contacts > 99)
      throw new Error(`--contacts must be 1 to 99, but got ${values.contacts}`);
    return { ...values, contacts };
  } catch (cause) {
    throw new ConfigurationError(
      `${cause instanceof Error ? cause.message : String(cause)}\nUsage: npm run chat -- [--instance demo] [--contacts 3] [--name Ana] [--fast]`,
      { cause },
    );
  }
}
