import { inboundText } from '@typelane/testkit';
import { expect, test } from 'vitest';
import { inboundJobs, inboundQueueName, partitionOf } from './inbound-job.ts';

const ana = '5531999999999@s.whatsapp.net';
const message = inboundText({ instanceId: 'shop', jid: ana, keyId: '3EB0', text: 'oi', timestamp: 1 });
const withData = (data: Partial<typeof message.data>) => ({ ...message, data: { ...message.data, ...data } });
const status = (text: string) => ({ ...withData({ content: { status: text } }), event: 'messages.update' });
const jobIdOf = (event: typeof message) => inboundJobs(event, 1)[0]?.jobId;

test('the job id is derived from instance, chat, direction and key id, so that any program can compute it', () => {
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

test('the partition of an instance never changes, and any program can compute it', () => {
  // printf 'shop' | sha256sum | head -c 8
  const first32Bits = 0x8d9001d3;
  expect([2, 3, 16, 1000].map((partitions) => partitionOf(message, partitions))).toEqual(
    [2, 3, 16, 1000].map((partitions) => first32Bits % partitions),
  );
});

test('all messages of a contact are in one queue, whichever address they carry', () => {
  const names = ['5531999999999:3@c.us', '553199999999@s.whatsapp.net', '123456789012345@lid', 'BR.abc123', 'nobody'];
  const events = names.map((keyRemoteJid, n) => withData({ keyRemoteJid, keyId: `K${n}` }));
  expect(inboundJobs(events, 256)).toHaveLength(1);
  expect(inboundJobs([...events, { ...message, instance: { instanceId: 'office' } }], 256)).toHaveLength(2);
});

test('a decrypted message has another job id than its undecrypted event, which may still be waiting', () => {
  const stub = { ...message, data: { ...message.data, contentType: 'ciphertext', content: {} } };
  expect(jobIdOf(stub)).not.toBe(jobIdOf(message));
  expect(jobIdOf(stub)).toBe(jobIdOf(structuredClone(stub)));
});

test('one queue is called inbound, several are numbered', () => {
  expect(inboundQueueName(0, 1)).toBe('inbound');
  expect([0, 1].map((partition) => inboundQueueName(partition, 2))).toEqual(['inbound-0', 'inbound-1']);
});
