import type { BotInput, BotReply } from './bot.ts';
import type { InboundMessage } from './inbound.ts';
import { hold, nothingUsable, placeOf, sendText, unsupported, wordsOf } from './inputs/answers.ts';
import { hint } from './inputs/hints.ts';
import { answersFirst, readInput, takesVotes } from './inputs/index.ts';
import type { Answer, Said } from './inputs/input.ts';
import { parseJid } from './jid.ts';
import type { Settings } from './settings.ts';

export { isUsableAddress } from './inputs/address.ts';
export type { Answer } from './inputs/input.ts';

/** What the bot waits for: an answer, an event of an embed, or a call from an outside system. */
type Pending = { type: 'input'; input: BotInput } | { type: 'embed' } | { type: 'webhook' } | { type: 'webhookArrived' };

/**
 * The answer to send to Typebot for the contact's message, or the reason to send none. `contactPhone`: the digits of the contact's own number, if
 * more is known of it than the address of the message. Never throws.
 */
export function readAnswer(
  { content, contentType, address }: InboundMessage,
  pending: Pending,
  settings: Settings,
  contactPhone = phoneOfAddress(address),
): Answer {
  if (content.kind === 'signal') return hold('signal');
  // Typebot would take any text for the body of the external call.
  if (pending.type === 'webhook' || pending.type === 'webhookArrived') return hold('webhook_pending', hint(settings, 'waiting'));
  if (content.kind === 'unknown') return nothingUsable(settings);
  if (content.kind === 'vote' && !(pending.type === 'input' && takesVotes(pending.input))) return hold('signal');
  if (pending.type === 'embed') return readEvent(content, settings);
  const said = settings.compat.markers && pending.input.type === 'text input' ? asEvolutionReads(content, contentType) : content;
  return readInput(said, pending.input, settings, contactPhone);
}

function phoneOfAddress(address: string): string {
  const jid = parseJid(address);
  return jid?.kind === 'phone' ? jid.phone : '';
}

/** Evolution sends a flow the id of a tapped button and the title of a tapped row. Flows with its markers expect that. */
function asEvolutionReads(said: Said, contentType: string): Said {
  const isButton = said.kind === 'reply' && said.id !== '' && !/list/i.test(contentType);
  return isButton ? { kind: 'text', text: said.id } : said;
}

/**
 * Whether the contact's first message answers the reply to the start. This is Typebot's own rule (3.3 and later). It is applied here because a
 * start with a message can hang a flow that shows nothing.
 */
export function firstMessageAnswers({ bubbles, input, actions }: BotReply): boolean {
  const stopped = actions.some((action) => action.expectsDedicatedReply === true);
  return bubbles.length === 0 && input !== null && !stopped && answersFirst(input);
}

/** The text becomes the value of the embed's variable. Media would leave it empty. */
function readEvent(said: Said, settings: Settings): Answer {
  const words = wordsOf(said) ?? placeOf(said);
  return words === null ? unsupported(settings) : sendText(words, settings);
}
