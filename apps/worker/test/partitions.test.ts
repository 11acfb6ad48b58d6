import { createPublisher } from '@typelane/client';
import type { InboundEvent } from '@typelane/core';
import { inboundText, startFakeTypebot } from '@typelane/testkit';
import { expect, test } from 'vitest';
import { startPipeline } from './harness.ts';
import { arrivalsOf, echoBot } from './order/echo-bot.ts';

const partitions = 4;

test('with several inbound queues the messages of a contact under two addresses reach Typebot in the order of their add', async () => {
  const typebot = await startFakeTypebot({ bots: { echo: echoBot } });
  const pipeline = await startPipeline({ typebots: [typebot.url], workers: 0 });
  const publisher = createPublisher({ connection: pipeline.env.REDIS_URL, prefix: pipeline.prefix, partitions });
  try {
    const instances = [];
    for (let n = 0; n < 6; n += 1) instances.push(await pipeline.register({ url: typebot.url, publicId: 'echo' }));
    const said = Array.from({ length: 12 }, (_, n) => `text ${n}`);
    for (const text of said) for (const instanceId of instances) await publisher.publish(underEitherName(instanceId, text));
    await pipeline.startWorker({ INBOUND_PARTITIONS: partitions });
    await pipeline.startWorker({ INBOUND_PARTITIONS: partitions });
    for (const instanceId of instances) {
      await pipeline.tables.handled(instanceId, said.length, 30_000);
      const heard = arrivalsOf(typebot.heard).filter((arrival) => arrival.instanceId === instanceId);
      expect(heard.map((arrival) => arrival.said)).toEqual(said);
    }
    typebot.assertClean();
  } finally {
    await publisher.close();
    await pipeline.close();
    await typebot.close();
  }
});

/** A contact whose events carry the phone and the LID in turns, each with the other as a second address. */
function underEitherName(instanceId: string, text: string): InboundEvent {
  const [phone, lid] = ['5531977776666@s.whatsapp.net', '123456789012345@lid'];
  const isPhone = Number(text.at(-1)) % 2 === 0;
  const event = inboundText({ instanceId, jid: isPhone ? phone : lid, text });
  return { ...event, data: { ...event.data, keyRemoteJidAlt: isPhone ? lid : phone } };
}
