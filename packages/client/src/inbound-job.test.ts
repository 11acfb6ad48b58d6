import { inboundText } from '@typelane/testkit';
import { expect, test } from 'vitest';
import { inboundJobs, inboundQueueName, partitionOf } from './inbound-job.ts';

const ana = '5531999999999@s.whatsapp.net';
const message = inboundText({ instanceId: 'shop', jid: ana, keyId: '3EB0', text: 'oi', timestamp: 1 });
const withData = (data: Partial<typeof message.data>) => ({ ...message, data: { ...message.data, ...data } });
const status = (text: string) => ({ ...withData({ content: { status: text } }), event: 'messages.update' });
const jobIdOf = (event: typeof message) => inboundJobs(event, 1)[0]?.jobId;

test('the job id is made from instance, chat, direction and key id, so that any program can make it', () => {
  // printf 'shop|5531999999999@s.whatsapp.net|false|3EB0' | sha256sum
  expect(jobIdOf(message)).toBe('wa-efb653c80f87f92cd38f1e61e0403c6adb7b350401430bcaf1445c0260ef3bef');
});

test.each([
  ['other words', withData({ content: { text: 'changed' } })],
  ['a device suffix', withData({ keyRemoteJid: '5531999999999:12@s.whatsapp.net' })],
  ["another library's server name", withData({ keyRemoteJid: '5531999999999@c.us' })],
  ['the direction spelt out', withData({ keyFromMe: false })],
])('the same message with %s keeps its job id', (_, event) => {
  expect(jobIdOf(event)).toBe(jobIdOf(message));
});

test.each([
  ['another key', withData({ keyId: '3EB1' })],
  ['another chat', withData({ keyRemoteJid: '5531988888888@s.whatsapp.net' })],
  ['the other direction', withData({ keyFromMe: true })],
  ['sent through the API', withData({ source: 'api' })],
  ['another instance', { ...message, instance: { instanceId: 'office' } }],
  ['a delivery status of the same key', status('delivered')],
])('an event with %s has a job id of its own', (_, event) => {
  expect(jobIdOf(event)).not.toBe(jobIdOf(message));
});

test('each status of a message is an event of its own', () => {
  expect(jobIdOf(status('delivered'))).not.toBe(jobIdOf(status('read')));
  expect(jobIdOf(status('read'))).toBe(jobIdOf(status('read')));
});

test('an array has the id of all its events in order', () => {
  const other = withData({ keyId: '3EB1' });
  const idOf = (events: (typeof message)[]) => inboundJobs(events, 1)[0]?.jobId;
  expect(idOf([message, other])).toBe(idOf([message, other]));
  expect(idOf([message, other])).not.toBe(idOf([other, message]));
  expect(idOf([message])).toBe(jobIdOf(message));
});

test('the partition of a chat never changes', () => {
  // The first 8 hex digits of: printf 'shop|5531999999999@s.whatsapp.net' | sha256sum
  const first32Bits = 0x566ae503;
  expect([2, 3, 16, 1000].map((partitions) => partitionOf(message, partitions))).toEqual(
    [2, 3, 16, 1000].map((partitions) => first32Bits % partitions),
  );
  expect(partitionOf(withData({ keyRemoteJid: '5531999999999:3@c.us' }), 1000)).toBe(first32Bits % 1000);
});

test('an address that is none still has its place', () => {
  expect(inboundJobs(withData({ keyRemoteJid: 'nobody' }), 8)).toHaveLength(1);
});

test('one queue is called inbound, several are numbered', () => {
  expect(inboundQueueName(0, 1)).toBe('inbound');
  expect([0, 1].map((partition) => inboundQueueName(partition, 2))).toEqual(['inbound-0', 'inbound-1']);
});

test('a number without its ninth digit is hashed as it stands, so that any program can', () => {
  const event = withData({ keyRemoteJid: '553188887777:2@c.us' });
  const written = withData({ keyRemoteJid: '553188887777@s.whatsapp.net' });
  expect(partitionOf(event, 1_000)).toBe(partitionOf(written, 1_000));
  // printf 'shop|553188887777@s.whatsapp.net' | sha256sum | head -c 8
  expect(partitionOf(event, 2 ** 32)).toBe(0x94b8ce17);
});
