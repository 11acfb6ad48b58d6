import { readFileSync } from 'node:fs';
import { inboundText } from '@typelane/testkit';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { replyOf } from '../test/replies.ts';
import { contractFiles } from './contracts-document.ts';
import { describeFields } from './json-schema.ts';

const files = new Map(contractFiles().map(({ name, text }) => [name, text]));
const textOf = (name: string): string => files.get(name) ?? '';
const event = inboundText({ instanceId: 'shop', jid: '5531999999999@s.whatsapp.net', text: 'oi' });
const reply = replyOf(['one', 'two']);
const told = {
  schemaVersion: 1,
  type: 'session.paused',
  timestamp: '2026-01-01T12:00:00.000Z',
  data: {
    sessionEventId: '00000000-0000-4000-8000-000000000001',
    instanceId: 'shop',
    businessId: 'business',
    sessionId: '00000000-0000-4000-8000-000000000002',
    keyRemoteJid: '5531999999999@s.whatsapp.net',
    keyParticipant: null,
    typebotIntegrationId: null,
    reason: 'human',
  },
};

test.each(contractFiles())('docs/contracts/$name is what `npm run generate` writes', ({ name, text }) => {
  expect(readFileSync(new URL(`../../../docs/contracts/${name}`, import.meta.url), 'utf8')).toBe(text);
});

test('the same contracts give the same text', () => {
  expect(contractFiles()).toEqual(contractFiles());
});

describe('a program that knows only the published schema', () => {
  const accepts = (name: string, value: unknown): boolean => z.fromJSONSchema(JSON.parse(textOf(name))).safeParse(value).success;

  test.each([
    ['an event', event, true],
    ['an event with fields we do not know', { ...event, later: 1, data: { ...event.data, later: 1 } }, true],
    ['an event without chat', { ...event, data: { ...event.data, keyRemoteJid: undefined } }, false],
    ['an event with a numeric key id', { ...event, data: { ...event.data, keyId: 1 } }, false],
  ])('judges %s as we do', (_, value, accepted) => {
    expect(accepts('inbound-event.schema.json', value)).toBe(accepted);
  });

  test.each([
    ['a reply', reply, true],
    ['a reply with fields of a later version', { ...reply, later: 1 }, true],
    ['a reply without messages', { ...reply, messages: [] }, false],
    ['a reply to nobody', { ...reply, to: null }, false],
  ])('judges %s as we do', (_, value, accepted) => {
    expect(accepts('outbound-reply.schema.json', value)).toBe(accepted);
  });
});

test.each([
  ['an event', told, true],
  ['an event with fields of a later version', { ...told, later: 1, data: { ...told.data, later: 1 } }, true],
  ['an event of a session without its id', { ...told, data: { ...told.data, sessionId: null } }, false],
  ['an event of a type that does not exist', { ...told, type: 'session.eaten' }, false],
])('who knows only the published schema judges %s as we do', (_, value, accepted) => {
  expect(z.fromJSONSchema(JSON.parse(textOf('session-event.schema.json'))).safeParse(value).success).toBe(accepted);
});

describe('the AsyncAPI document', () => {
  const reference = z.strictObject({ $ref: z.string() });
  const documentSchema = z.strictObject({
    asyncapi: z.literal('3.0.0'),
    info: z.strictObject({
      title: z.string(),
      version: z.string(),
      description: z.string(),
      license: z.strictObject({ name: z.string() }),
    }),
    defaultContentType: z.literal('application/json'),
    servers: z.record(z.string(), z.strictObject({ host: z.string(), protocol: z.string(), description: z.string() })),
    channels: z.record(
      z.string(),
      z.strictObject({
        address: z.string(),
        description: z.string(),
        servers: z.array(reference),
        messages: z.record(z.string(), reference),
      }),
    ),
    operations: z.record(
      z.string(),
      z.strictObject({ action: z.enum(['send', 'receive']), summary: z.string(), channel: reference, messages: z.array(reference).min(1) }),
    ),
    components: z.strictObject({
      messages: z.record(z.string(), z.strictObject({ name: z.string(), title: z.string(), contentType: z.string(), payload: reference })),
      schemas: z.record(z.string(), z.looseObject({})),
    }),
  });
  const document = documentSchema.parse(JSON.parse(textOf('asyncapi.json')));

  const resolve = (ref: string): unknown =>
    ref
      .replace(/^#\//, '')
      .split('/')
      .reduce<unknown>((value, part) => (typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined), document);

  test('names the queues and their job names', () => {
    expect(Object.values(document.channels).map(({ address }) => address)).toEqual(['inbound', 'outbound', 'events']);
    expect(Object.values(document.components.messages).map(({ name }) => name)).toEqual(['message', 'reply', 'event']);
  });

  test('resolves every reference', () => {
    const refs = [...textOf('asyncapi.json').matchAll(/"\$ref": "([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(refs.length).toBeGreaterThan(10);
    expect(refs.filter((ref) => typeof resolve(ref) !== 'object')).toEqual([]);
  });

  test('lets each operation use messages of its own channel only', () => {
    for (const { channel, messages } of Object.values(document.operations)) {
      for (const message of messages) expect(message.$ref).toMatch(new RegExp(`^${channel.$ref}/messages/`));
    }
  });

  test('states the limits of a job', () => {
    expect(document.channels['inbound']?.description).toMatch(/524288 bytes.*65536 bytes.*32 levels.*500 events/);
  });

  test('describes one event or an array of them', () => {
    const { inboundJob, inboundEvent, outboundReply, outboundReceipt, sessionEvent } = document.components.schemas;
    expect(inboundJob).toEqual({
      oneOf: [
        { $ref: '#/components/schemas/inboundEvent' },
        { type: 'array', minItems: 1, maxItems: 500, items: { $ref: '#/components/schemas/inboundEvent' } },
      ],
    });
    expect(z.fromJSONSchema({ ...inboundEvent }).safeParse(event).success).toBe(true);
    expect(z.fromJSONSchema({ ...outboundReply }).safeParse(reply).success).toBe(true);
    expect(z.fromJSONSchema({ ...outboundReceipt }).safeParse({ keyIds: ['3EB0'] }).success).toBe(true);
    expect(z.fromJSONSchema({ ...sessionEvent }).safeParse(told).success).toBe(true);
  });
});

test('a description of a field that no longer exists is an error', () => {
  const schema = z.toJSONSchema(z.object({ list: z.array(z.object({ name: z.string() })) }));
  expect(JSON.stringify(describeFields(schema, { 'list.name': 'Who.' }))).toContain('"description":"Who."');
  expect(() => describeFields(schema, { 'list.age': 'How old.' })).toThrow('list.age');
});
