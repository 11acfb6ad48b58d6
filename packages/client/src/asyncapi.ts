import { eventsPerJobMax } from '@typelane/core/contracts';
import { depthMax, jobBytesMax, textBytesMax } from './inbound-limits.ts';
import type { JsonSchema } from './json-schema.ts';

type Schemas = { inbound: JsonSchema; outbound: JsonSchema; receipt: JsonSchema; event: JsonSchema };

/** The AsyncAPI 3.0 document of the queues. `send` and `receive` are seen from Typelane. */
export function asyncApi(schemas: Schemas): object {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Typelane queues',
      version: '1.0.0',
      description: 'How programs hand WhatsApp events to Typelane, take the replies of the bot from it, and hear what happens to sessions.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    servers: { redis: { host: 'localhost:6379', protocol: 'redis', description: redisDescription } },
    channels: {
      inbound: channel('inbound', inboundQueue, 'inboundEvent'),
      outbound: channel('outbound', outboundQueue, 'outboundReply'),
      events: channel('events', eventsQueue, 'sessionEvent'),
    },
    operations: {
      receiveInboundEvent: operation('receive', 'inbound', 'inboundEvent', 'Typelane takes what producers published.'),
      sendOutboundReply: operation('send', 'outbound', 'outboundReply', 'Typelane publishes the replies of the bot.'),
      sendSessionEvent: operation('send', 'events', 'sessionEvent', 'Typelane publishes what happened to sessions.'),
    },
    components: { messages: messages(), schemas: componentSchemas(schemas) },
  };
}

const redisDescription = [
  'The channels are BullMQ 6 queues in Redis: the channel address is the name of the queue, the message name is the name of the job,',
  'and the payload is the data of the job as JSON. There is no AsyncAPI binding for BullMQ. Use BullMQ or one of its ports, this',
  "project's client package, or HTTP ingest. The prefix of all keys is `bull` unless Typelane runs with another QUEUE_PREFIX.",
].join(' ');

const inboundQueue = [
  'Add with the name `message`, without priority, delay, attempts or backoff: the order of adding is the order of handling.',
  'A job id made from instance, chat, fromMe and keyId makes publishing a message again harmless; without one it is harmless as well.',
  'Give no such id to receipts and to events whose words are yet to come: the message of that key would be dropped while they wait.',
  `Limits: ${jobBytesMax} bytes of JSON per job, ${textBytesMax} bytes per text, ${depthMax} levels of nesting, ${eventsPerJobMax} events per job.`,
  'With INBOUND_PARTITIONS above 1 the queues are inbound-0, inbound-1, and so on: the first 32 bits of the SHA-256 of the instanceId,',
  'as a big-endian number, modulo the number of partitions.',
].join(' ');

const outboundQueue = [
  'Each job has the name `reply` and holds all messages of one turn. Send them in order, then complete the job with a receipt.',
  'The next reply of a chat is published when the one before was completed, so any concurrency keeps the order.',
  'A reply can be delivered more than once: deduplicate by replyId.',
].join(' ');

const eventsQueue = [
  'Each job has the name `event` and its sessionEventId as job id. Events of a chat are added in the order in which they happened.',
  'An event can be added more than once: deduplicate by sessionEventId. Nobody has to consume this queue: beyond 10000 waiting jobs,',
  'events wait in PostgreSQL until there is room, for 30 days at most. Webhooks get the same payload.',
].join(' ');

function channel(address: string, description: string, message: string): object {
  return { address, description, servers: [ref('servers', 'redis')], messages: { [message]: ref('components/messages', message) } };
}

function operation(action: 'send' | 'receive', channelName: string, message: string, summary: string): object {
  return { action, summary, channel: ref('channels', channelName), messages: [ref(`channels/${channelName}/messages`, message)] };
}

function messages(): object {
  return {
    inboundEvent: {
      name: 'message',
      title: 'One event, or several in order',
      contentType: 'application/json',
      payload: ref('components/schemas', 'inboundJob'),
    },
    outboundReply: {
      name: 'reply',
      title: 'All messages of one turn',
      contentType: 'application/json',
      payload: ref('components/schemas', 'outboundReply'),
    },
    sessionEvent: {
      name: 'event',
      title: 'Something that happened to a session',
      contentType: 'application/json',
      payload: ref('components/schemas', 'sessionEvent'),
    },
  };
}

function componentSchemas({ inbound, outbound, receipt, event: told }: Schemas): object {
  const event = ref('components/schemas', 'inboundEvent');
  return {
    inboundJob: { oneOf: [event, { type: 'array', minItems: 1, maxItems: eventsPerJobMax, items: event }] },
    inboundEvent: withoutDialect(inbound),
    outboundReply: withoutDialect(outbound),
    outboundReceipt: {
      ...withoutDialect(receipt),
      description: "The value that completes a reply's job: WhatsApp's ids of its messages, in order.",
    },
    sessionEvent: withoutDialect(told),
  };
}

function withoutDialect(schema: JsonSchema): object {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== '$schema'));
}

function ref(section: string, name: string): { $ref: string } {
  return { $ref: `#/${section}/${name}` };
}
