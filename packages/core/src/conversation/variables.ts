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
  const jid = parseJid(message.address);
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
    phone: jid?.kind === 'phone' ? jid.phone : '',
    firstMessage: wordsOf(message.content),
    instanceName: instance.name ?? '',
    remoteJid: message.address,
  };
}
