import type { OutboundReply, SettingsInput } from '@typelane/core';
import { askText, type BotScript, type FakeTypebot, goTo, startFakeTypebot, text, wait, waitUntil } from '@typelane/testkit';
import type { Job } from 'bullmq';
import { createGate, type Gate } from './gate.ts';
import { type Pipeline, type PipelineOptions, startPipeline } from './harness.ts';
import { finalOf } from './tables.ts';
import { echoBot } from './order/echo-bot.ts';

/** One chat with one bot, as the contact, the human on the phone and an operator use it. */
export type Scenario = {
  typebot: FakeTypebot;
  pipeline: Pipeline;
  instanceId: string;
  chat: { instanceId: string; jid: string };
  says(words: string, more?: Parameters<Pipeline['say']>[2]): Promise<unknown>;
  /** From now on Typebot's answers do not arrive before `release`. */
  holdTypebot(): { release(): void };
  /** The delivery of the next reply begins and does not end before `release`. */
  holdDelivery(): { begun: Promise<{ reply: OutboundReply; job: Job }>; release(): void };
  /** Waits until these words have arrived at Typebot. */
  asked(words: string): Promise<void>;
  /** The texts the bot received in all its sessions, in order. */
  heard(): string[];
  /** The texts the consumer received, in order. */
  told(): string[];
  /** Waits until the consumer has received exactly these texts. */
  tells(...texts: string[]): Promise<void>;
  /** Waits until `events` events are handled, and returns how each ended. */
  finals(events: number): Promise<(string | null)[]>;
  /** `open`, `paused: human`, ... in order of their creation. */
  sessions(): Promise<string[]>;
  liveSession(): Promise<string>;
  /** The status of the conversation. */
  status(): Promise<string>;
  close(): Promise<void>;
};

/** Sends a text, waits with "Pause the flow", and continues. */
export const waitingBot = (seconds: number): BotScript => ({
  variables: ['message'],
  groups: {
    Start: [text('before'), wait(seconds, { pauses: true }), text('after'), goTo('Ask')],
    Ask: [askText({ save: 'message' }), text('heard {{message}}'), goTo('Ask')],
  },
});

/** The bot `echo` (order/echo-bot.ts) unless another script is given. */
export async function startScenario(
  settings: SettingsInput,
  bot: BotScript = echoBot,
  options: Partial<PipelineOptions> = {},
): Promise<Scenario> {
  const typebot = await startFakeTypebot({ bots: { bot } });
  const gate: Gate = await createGate(typebot.url);
  const pipeline = await startPipeline({ typebots: [gate.url], timeoutMs: 10_000, ...options });
  const instanceId = await pipeline.register({ url: gate.url, publicId: 'bot', settings });
  const chat = { instanceId, jid: '5531999990000@s.whatsapp.net' };
  const told = (): string[] => pipeline.consumer.textsTo(instanceId);

  return {
    typebot,
    pipeline,
    instanceId,
    chat,
    told,
    says: (words, more) => pipeline.say(chat, words, more),
    holdTypebot() {
      gate.holdAnswers();
      return { release: () => gate.releaseAnswers() };
    },
    holdDelivery() {
      const begun = Promise.withResolvers<{ reply: OutboundReply; job: Job }>();
      const released = Promise.withResolvers<void>();
      pipeline.consumer.during(async (reply, job) => {
        begun.resolve({ reply, job });
        await released.promise;
      });
      return { begun: begun.promise, release: () => released.resolve() };
    },
    asked: (words) =>
      waitUntil(() => typebot.heard.some(({ message }) => message === words), { what: `"${words}" to arrive at Typebot` }).then(() => {}),
    heard: () => typebot.heard.flatMap(({ message }) => (typeof message === 'string' ? [message] : [])),
    async tells(...texts) {
      const wanted = JSON.stringify(texts);
      await waitUntil(() => told().length >= texts.length, { what: `the bot to say ${wanted}` });
      if (JSON.stringify(told()) !== wanted) throw new Error(`Expected the bot to say ${wanted}, got ${JSON.stringify(told())}`);
    },
    finals: async (events) => (await pipeline.tables.handled(instanceId, events)).map(finalOf),
    sessions: async () =>
      (await pipeline.tables.sessions(instanceId)).map(({ status, reason }) => (reason === null ? status : `${status}: ${reason}`)),
    liveSession: () =>
      waitUntil(async () => (await pipeline.tables.sessions(instanceId)).find(({ status }) => status !== 'closed')?.sessionId, {
        what: 'a session',
      }),
    status: async () => (await pipeline.tables.conversations(instanceId))[0]?.status ?? 'idle',
    async close() {
      gate.releaseAnswers();
      try {
        typebot.assertClean();
        if (pipeline.consumer.breaches.length > 0) throw new Error(pipeline.consumer.breaches.join('\n'));
      } finally {
        await pipeline.close();
        await gate.close();
        await typebot.close();
      }
    },
  };
}
