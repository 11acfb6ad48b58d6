import { setTimeout as sleep } from 'node:timers/promises';
import {
  askText,
  type BotScript,
  goTo,
  inboundMedia,
  newKeyId,
  startFakeTranscription,
  startFakeTypebot,
  text,
  voiceNote,
  waitUntil,
} from '@typelane/testkit';
import { expect, test } from 'vitest';
import { startFileHost } from './file-host.ts';
import { startPipeline } from './harness.ts';
import { finalOf } from './tables.ts';

const sweepMs = 500;

const says: BotScript = {
  variables: ['message'],
  groups: { Start: [text('hello'), goTo('Ask')], Ask: [askText({ save: 'message' }), text('heard {{message}}'), goTo('Ask')] },
};

test(
  'a message whose enrichment takes longer than four sweeps is not treated as poison, however many workers there are',
  { timeout: 60_000 },
  async () => {
    const typebot = await startFakeTypebot({ bots: { says } });
    const service = await startFakeTranscription();
    const files = await startFileHost();
    const pipeline = await startPipeline({ typebots: [typebot.url, service.url, files.url], workers: 5, sweepMs, transcriptionMs: 10_000 });
    try {
      const instanceId = await pipeline.register({ url: typebot.url, publicId: 'says', settings: { transcription: { url: service.url } } });
      const chat = { instanceId, jid: '5531800000001@s.whatsapp.net' };
      await pipeline.say(chat, 'oi');
      await pipeline.tables.handled(instanceId, 1);
      const answer = service.hold();
      const keyId = newKeyId();
      const url = files.add(`${keyId}.ogg`, voiceNote('bom dia'));
      await pipeline.publish(inboundMedia({ ...chat, keyId, media: 'audio', url, mimeType: 'audio/ogg' }));
      await waitUntil(() => service.requests.length > 0, { what: 'the voice note to be heard' });
      // The heartbeat is what this test checks.
      await sleep(12 * sweepMs);
      answer();
      const outcomes = await pipeline.tables.handled(instanceId, 2, 30_000);
      expect(outcomes.map(finalOf)).toEqual(['answered', 'answered']);
    } finally {
      await pipeline.close();
      for (const server of [typebot, service, files]) await server.close();
    }
  },
);
