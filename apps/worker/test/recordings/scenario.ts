import type { InboundEvent, SettingsInput } from '@typelane/core';
import { type Exchange, inboundEvent } from '@typelane/testkit';

/** One conversation with a recorded Typebot: what the contact says, and which of its answers that takes. */
export type Scenario = {
  /** As the end of the sentence "in <recording>, ...". */
  title: string;
  turns: Turn[];
  settings?: SettingsInput;
  /** All messages are published at once instead of one after the other. */
  atOnce?: boolean;
  /** Default: the player's address as it is. */
  typebotURL?: (url: string) => string;
};

export type Turn = {
  says: Said;
  /** Indexes of the exchanges this message takes, in order. */
  asks: number[];
  /** How the message ends; default `answered`. */
  final?: string;
  /** Where our request is not the recorded one: the body we send, and why. Starts have a rule of their own. */
  differs?: { body: unknown; because: string };
};

export type Said = string | { contentType: string; content: Record<string, unknown> };

/** A recording, its scenarios, and for every exchange that is in none of them the reason. */
export type Coverage = { recording: string; scenarios: Scenario[]; left?: [exchanges: number[], because: string][] };

export const turn = (says: Said, asks: number | number[], rest: Omit<Turn, 'says' | 'asks'> = {}): Turn => ({
  says,
  asks: [asks].flat(),
  ...rest,
});

/** Our words for the same answer. */
export const as = (message: unknown, because: string): Pick<Turn, 'differs'> => ({ differs: { body: { message }, because } });

export const instanceId = 'inst-1';
export const jid = '5511999990000@s.whatsapp.net';
const instanceName = 'Shop';

/** The values of the recorded starts, so that ours can be compared with them. */
const recordedVariables = { pushName: 'Ana', keyId: '3EB0AAA', messageId: 'msg-1', businessId: 'biz-1', contentType: 'conversation' };

/** The contact's message number `index` of a scenario. The first one is what the recorded starts were made of. */
export function eventOf(says: Said, index: number, pushName: string): InboundEvent {
  const { contentType, content } =
    typeof says === 'string' ? { contentType: recordedVariables.contentType, content: { text: says } } : says;
  const keyId = index === 0 ? recordedVariables.keyId : `3EB0AAA-${index}`;
  const messageId = index === 0 ? recordedVariables.messageId : `msg-${index + 1}`;
  return inboundEvent({ instanceId, jid, keyId, messageId, pushName, businessId: recordedVariables.businessId }, contentType, content);
}

/**
 * What a start of ours looks like. Every recorded one differs in the same ways: it carries four more variables (`phone`, `firstMessage`,
 * `instanceName`, `remoteJid`: documented ones, which Typebot drops where the bot has none of that name), always all of them as strings,
 * and nothing else: no `message` (it can make a flow that shows nothing run for ever), no `isOnlyRegistering` (the same trap), no
 * `resultId` (each conversation is a result of its own), no `textBubbleContentFormat` (richText is the default).
 */
export function startBody(event: InboundEvent): unknown {
  const { data } = event;
  const text = data.content['text'];
  return {
    prefilledVariables: {
      instanceInstanceId: instanceId,
      keyParticipant: '',
      keyRemoteJid: jid,
      keyId: data.keyId,
      contentType: data.contentType,
      messageId: String(data.messageId),
      pushName: data.pushName ?? '',
      businessId: recordedVariables.businessId,
      phone: '5511999990000',
      firstMessage: typeof text === 'string' ? text : '',
      instanceName,
      remoteJid: jid,
    },
  };
}

/** Contact's name in a recorded start; the rest of its seven variables is the same everywhere. */
export function pushNameIn(exchanges: readonly Exchange[]): string {
  for (const { request } of exchanges) {
    const name = variablesOf(request.body)?.['pushName'];
    if (typeof name === 'string') return name;
  }
  return recordedVariables.pushName;
}

export function variablesOf(body: unknown): Record<string, unknown> | null {
  const variables = isRecord(body) ? body['prefilledVariables'] : null;
  return isRecord(variables) ? variables : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
