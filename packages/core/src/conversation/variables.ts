import { phoneOf } from '../identity.ts';
import { orderOf } from '../inbound-content.ts';
import { parseJid } from '../jid.ts';
import type { InboundMessage } from '../inbound.ts';
import { wordsOf } from '../triggers/index.ts';
import type { StepContext } from './event.ts';

/**
 * The variables a flow is started with: the integration's own ones first, so that none can take the place of the documented names.
 * Always strings; Typebot fills only those whose exact name exists in the bot.
 */
export function startVariables(context: StepContext, message: InboundMessage): Record<string, string> {
  const { instance, integration, head } = context;
  return {
    ...integration?.settings.variables,
    instanceInstanceId: instance.instanceId,
    keyRemoteJid: message.address,
    keyId: message.keyId,
    contentType: message.contentType,
    messageId: head.messageId,
    // Of what the human writes on the phone it would be the human's own name.
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

/** Of the cart that the first message is; of any other message none, so that a bot's own defaults stay. */
function orderVariables({ head }: StepContext): Record<string, string> {
  const order = head.kind === 'message' ? orderOf(head.event) : null;
  if (order === null) return {};
  return { orderId: order.id, orderItems: order.items, orderTotal: order.total, orderCurrency: order.currency };
}

/** In digits: of the contact, in a group of the participant; a start by the API knows the address it was given and the chat. Empty: not known. */
export function contactPhone({ head, chat }: StepContext, { address }: InboundMessage): string {
  if (head.kind === 'message') return phoneOf(head.event, chat);
  const jid = [address, chat.jid].map(parseJid).find((each) => each?.kind === 'phone');
  return jid?.kind === 'phone' ? jid.phone : '';
}
