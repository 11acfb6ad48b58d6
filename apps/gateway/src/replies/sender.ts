import { setTimeout as sleep } from 'node:timers/promises';
import { fallback, type OutboundMessage, type OutboundReply, PermanentSendError, type Send, type SendContext } from '@typelane/client';
import type { Log } from '@typelane/runtime';
import type { Call } from '../call.ts';
import type { Channel, Channels } from '../channels.ts';
import type { Counts } from '../counts.ts';
import type { SendOutcome, Sending } from '../kinds/kind.ts';
import { createPacer } from '../pace.ts';
import type { Sightings } from '../sightings.ts';
import type { Intents } from './intents.ts';

export type SenderPorts = {
  channels: Channels;
  intents: Intents;
  sightings: Sightings;
  counts: Counts;
  call: Call;
  log: Log;
  /** Milliseconds after which a send that nobody has seen arrive counts as not made. */
  settleMs: number;
};

export type Sender = {
  accepts(reply: OutboundReply): Promise<boolean>;
  send: Send;
  onTyping(context: SendContext, typingMs: number): Promise<void>;
};

const lookEveryMs = 250;
/** Milliseconds a gateway may ask to be left alone within one attempt. */
const waitMaxMs = 20_000;

/** Sends messages of replies through the channel of their instance. */
export function createSender(ports: SenderPorts): Sender {
  const { channels, intents, call } = ports;
  const pacer = createPacer();
  const send: Send = async (given, context) => {
    const channel = await channels.ofInstance(context.reply.instanceId);
    if (channel === null) throw new Error('the instance has no channel any more');
    const message = shown(given, channel);
    const to = sendingOf(context);
    const begunAt = await intents.begin(message.id);
    const keyId = begunAt === null ? null : await lookFor(message, to, begunAt, channel, ports);
    if (keyId !== null) return keyId;
    await sleep(waitMsOf(channel, to.to, pacer), undefined, { signal: to.signal });
    const outcome = await channel.kind.send(message, to, channel, call);
    ports.counts.add('sends', channel.kind.name, outcome.type);
    if (outcome.type === 'sent') {
      if (outcome.keyId !== null) await intents.noteSent(channel.instanceId, message.id, outcome.keyId);
      return outcome.keyId;
    }
    throw await failureOf(outcome, message, to, channel, ports);
  };
  return {
    accepts: async ({ instanceId }) => (await channels.ofInstance(instanceId)) !== null,
    send,
    async onTyping({ reply, signal }, typingMs) {
      const channel = await channels.ofInstance(reply.instanceId);
      await channel?.kind.attend?.({ to: reply.to, inReplyTo: reply.inReplyTo, typingMs, signal }, channel, call);
    },
  };
}

function shown(message: OutboundMessage, { kind: { capabilities } }: Channel): OutboundMessage {
  if (message.type === 'buttons') return capabilities.buttons ? message : fallback(message);
  if (message.type === 'list') return capabilities.lists ? message : fallback(message);
  // No kind sends polls yet.
  if (message.type === 'poll') return fallback(message);
  return message;
}

function sendingOf({ reply, index, signal }: SendContext): Sending {
  return { replyId: reply.replyId, to: reply.to, inReplyTo: reply.inReplyTo, index, signal };
}

function waitMsOf({ channelId, kind }: Channel, to: string, pacer: ReturnType<typeof createPacer>): number {
  const { pace } = kind.capabilities;
  if (pace === null) return 0;
  const { perSecond, pairBurst, pairEveryMs } = pace;
  const ofNumber = pacer.take(channelId, { burst: perSecond, everyMs: 1_000 / perSecond });
  const ofPair = pacer.take(`${channelId}|${to}`, { burst: pairBurst, everyMs: pairEveryMs });
  return Math.max(ofNumber, ofPair);
}

/**
 * A send was begun before and nobody knows how it ended. Gives WhatsApp's id where it turns up; null where sending again is harmless or
 * nothing has turned up in time. Throws while the gateway cannot be asked.
 */
async function lookFor(
  message: OutboundMessage,
  to: Sending,
  begunAt: number,
  channel: Channel,
  ports: SenderPorts,
): Promise<string | null> {
  const { kind } = channel;
  // From now on, not from when it was begun: while this process was down nobody could tell it anything.
  const until = Date.now() + ports.settleMs;
  for (;;) {
    const noted = await ports.intents.sentAs(message.id);
    if (noted !== null) return noteFound(noted, message, channel, ports);
    const { clientMessageId } = kind.capabilities;
    if (clientMessageId === 'all' || (clientMessageId === 'texts' && message.type === 'text')) return null;
    const found = (await kind.find?.(message, to, begunAt, channel, ports.call)) ?? { type: 'looked', keyIds: [] };
    const free = found.type === 'looked' ? await ports.intents.firstFree(channel.instanceId, message.id, found.keyIds) : null;
    if (free !== null) return noteFound(free, message, channel, ports);
    const isOver = Date.now() >= until;
    if (isOver && found.type === 'unknown') throw new Error('the gateway cannot be asked whether it sent the message');
    if (isOver) return null;
    await sleep(lookEveryMs, undefined, { signal: to.signal });
  }
}

async function noteFound(keyId: string, message: OutboundMessage, channel: Channel, { counts, intents }: SenderPorts): Promise<string> {
  counts.add('sends', channel.kind.name, 'found');
  await intents.noteSent(channel.instanceId, message.id, keyId);
  return keyId;
}

/** What the consumer does with it: `PermanentSendError` ends the reply, anything else is tried again. */
async function failureOf(
  outcome: Exclude<SendOutcome, { type: 'sent' }>,
  message: OutboundMessage,
  to: Sending,
  channel: Channel,
  ports: SenderPorts,
): Promise<Error> {
  const { channelId, instanceId } = channel;
  ports.log.warn({ instanceId, replyId: to.replyId, outcome: outcome.type, reason: outcome.reason }, 'send.failed');
  if (outcome.type === 'uncertain') return new Error(`it is not known whether it was sent (${outcome.reason})`);
  await ports.intents.forget(message.id);
  switch (outcome.type) {
    case 'refused':
      ports.sightings.problem(channelId, `A message was refused: ${outcome.reason}`);
      return new PermanentSendError(outcome.reason);
    case 'misconfigured':
      ports.sightings.problem(channelId, `The gateway refuses this channel: ${outcome.reason}`);
      return new Error(outcome.reason);
    case 'later':
      await sleep(Math.min(outcome.afterMs ?? 0, waitMaxMs), undefined, { signal: to.signal });
      return new Error(outcome.reason);
    default:
      return outcome satisfies never;
  }
}
