import type { BotCall, BotMessage } from '../bot.ts';
import { phoneOf } from '../identity.ts';
import { orderOf } from '../inbound-content.ts';
import type { InboundMessage } from '../inbound.ts';
import { parseJid } from '../jid.ts';
import { wordsOf } from '../triggers/index.ts';
import type { BotSession, StepContext } from './conversation.ts';

/** Starts a bot for `message`, with `extra` variables on top of the usual ones. */
export function startCall(
  context: StepContext,
  { typebotURL, publicId }: { typebotURL: string; publicId: string },
  message: InboundMessage,
  extra: Record<string, string> = {},
): BotCall {
  return { type: 'start', typebotURL, publicId, variables: { ...startVariables(context, message), ...extra } };
}

export function continueCall(bot: BotSession, message: BotMessage | null): BotCall {
  return { type: 'continue', typebotURL: bot.typebotURL, typebotSessionId: bot.typebotSessionId, message };
}

/** The call that continues an interrupted flow. Null: the flow waits for somebody. */
export function resumingCall(bot: BotSession): BotCall | null {
  if (bot.pending.type === 'nothing') return continueCall(bot, null);
  return bot.pending.type === 'webhookArrived' ? continueCall(bot, webhookMessage(bot.pending.payload)) : null;
}

/** Typebot's Webhook block reads the body of the external call from this message. */
function webhookMessage(payload: string): string {
  return `{"data":${payload}}`;
}

/** What the contact said. For a start by the API, a message made of what the command says. `joined`: replaces the text. */
export function messageOf({ head }: StepContext, joined: string | null): InboundMessage {
  const message = head.kind === 'message' ? head.message : startMessage(head.command.type === 'start' ? head.command : null);
  return joined === null ? message : { ...message, content: { kind: 'text', text: joined } };
}

function startMessage(start: { address: string; startMessage: string | null } | null): InboundMessage {
  return {
    keyId: '',
    fromMe: false,
    sentByApi: false,
    address: start?.address ?? '',
    participant: null,
    pushName: '',
    contentType: 'text',
    timestamp: null,
    content: { kind: 'text', text: start?.startMessage ?? '' },
  };
}

/**
 * The variables that a flow is started with. The integration's own come first, so that the documented names win. Always strings. Typebot
 * fills only variables whose exact name exists in the bot.
 */
function startVariables(context: StepContext, message: InboundMessage): Record<string, string> {
  const { instance, integration, head } = context;
  return {
    ...integration?.settings.variables,
    instanceInstanceId: instance.instanceId,
    keyRemoteJid: message.address,
    keyId: message.keyId,
    contentType: message.contentType,
    messageId: head.messageId,
    // In a message from the phone itself it is the owner's name, not the contact's.
    pushName: message.fromMe ? '' : message.pushName,
    businessId: instance.businessId,
    phone: contactPhone(context, message),
    keyParticipant: message.participant ?? '',
    firstMessage: wordsOf(message.content),
    instanceName: instance.name ?? '',
    remoteJid: message.address,
    ...orderVariables(context),
  };
}

/** Of the cart, if the first message is one. Otherwise none, so that the bot's own defaults stay. */
function orderVariables({ head }: StepContext): Record<string, string> {
  const order = head.kind === 'message' ? orderOf(head.event) : null;
  if (order === null) return {};
  return { orderId: order.id, orderItems: order.items, orderTotal: order.total, orderCurrency: order.currency };
}

/** The digits of the contact's phone, or, in a group, of the participant's. Empty: unknown. A start by the API has only its address and the chat. */
export function contactPhone({ head, chat }: StepContext, { address }: InboundMessage): string {
  if (head.kind === 'message') return phoneOf(head.event, chat);
  const jid = [address, chat.jid].map(parseJid).find((each) => each?.kind === 'phone');
  return jid?.kind === 'phone' ? jid.phone : '';
}
