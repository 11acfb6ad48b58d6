import { readInbound } from '../inbound-content.ts';
import type { ChatAddress } from '../identity.ts';
import type { InboundEvent, InboundMessage } from '../inbound.ts';
import type { Conversation, Integration, ReadyContext, Step } from './conversation.ts';
import { filterReason } from './filter.ts';
import { applyKeyword, keywordIn } from './keywords.ts';
import { ignores, paused } from './outcome.ts';
import { freshSession, liveSession } from './session.ts';

/** A message sent from the phone's own account: an echo of ours, or a human's. Null: it is handled like the contact's. */
export function receiveFromPhone(state: Conversation, message: InboundMessage, context: ReadyContext): Step | null {
  if (message.sentByApi || context.isEcho) return ignores(state, 'echo');
  switch (context.integration.settings.fromMe) {
    case 'ignore':
      return ignores(state, 'from_me');
    case 'listen':
      return null;
    case 'pause':
      return applyHumanKeyword(state, message, context) ?? pauseForHuman(state, message, context);
  }
}

/** The keywords with which a human gives a chat back or ends its session. A pause needs none: any message pauses. */
const humanKeywords = ['finish', 'restart', 'resume'] as const;

function applyHumanKeyword(state: Conversation, message: InboundMessage, context: ReadyContext): Step | null {
  const keyword = keywordIn(message.content, context.integration.settings, humanKeywords);
  return keyword && applyKeyword(state, keyword, message, context);
}

/** The human has the chat, even if the bot never spoke in it. Each of their messages restarts the time until it is given back automatically. */
function pauseForHuman(state: Conversation, message: InboundMessage, context: ReadyContext): Step {
  if (state.status === 'paused') return ignores({ ...state, since: context.now }, 'human');
  const session = liveSession(state) ?? freshSession(context, message.address);
  const sessions = [paused(session, 'human')];
  return ignores({ status: 'paused', session, since: context.now }, 'human', { sessions, retractsReplies: true });
}

/** An event behind the head of an inbox. `isKnownKey`: its key id belongs to a send of ours. */
export type LaterEvent = { event: InboundEvent; isKnownKey: boolean };

/**
 * Why later events silence a turn: a human took the chat, or a keyword ends or changes the session. The first such event decides. Null: the
 * bot may speak. `sends` as for `isEcho`, `now` in milliseconds since 1970.
 */
export function interruption(
  later: readonly LaterEvent[],
  { sends, chat, integration, now }: { sends: readonly Send[]; chat: ChatAddress; integration: Integration | null; now: number },
): 'human' | 'keyword' | null {
  if (!integration?.enabled) return null;
  for (const { event, isKnownKey } of later) {
    const message = readInbound(event);
    if (filterReason(event, message, integration.settings, chat, now) !== null) continue;
    const reason = interruptedBy(message, isKnownKey || isEcho(message, event, sends), integration);
    if (reason) return reason;
  }
  return null;
}

function interruptedBy(message: InboundMessage, isOurs: boolean, { settings }: Integration): 'human' | 'keyword' | null {
  if (message.fromMe) {
    if (isOurs || settings.fromMe === 'ignore') return null;
    if (settings.fromMe === 'pause') return interruptedByHuman(message, settings);
  }
  return keywordIn(message.content, settings, ['finish', 'restart', 'pause']) ? 'keyword' : null;
}

/** A human who gives the chat back does not take it. */
function interruptedByHuman({ content }: InboundMessage, settings: Integration['settings']): 'human' | 'keyword' | null {
  const keyword = keywordIn(content, settings, humanKeywords);
  if (keyword === null) return 'human';
  return keyword.kind === 'resume' ? null : 'keyword';
}

/** A message of ours as it was stored. */
export type Send = Readonly<Record<string, unknown>>;

/**
 * Whether a message from the phone's account is one of our own sends and not a human's. `sends`: the last messages of this chat. Known key
 * ids are not compared here: the database does that.
 */
export function isEcho(message: InboundMessage, event: InboundEvent, sends: readonly Send[]): boolean {
  if (!message.fromMe) return false;
  return message.sentByApi || sends.some((send) => carriesId(event, send) || repeatsContent(message, send));
}

/**
 * Whether the id we gave the message comes back in a field that gateways pass through. The content is not searched, because a human's answer
 * quotes what it answers.
 */
function carriesId({ data }: InboundEvent, { id }: Send): boolean {
  return typeof id === 'string' && id !== '' && idFields.some((field) => JSON.stringify(data[field] ?? null).includes(id));
}

const idFields = ['keyId', 'messageId', 'externalAttributes', 'trackId', 'trackid', 'correlationId', 'biz_opaque_callback_data'] as const;

function repeatsContent({ content, contentType }: InboundMessage, send: Send): boolean {
  switch (content.kind) {
    case 'text':
    case 'reply':
      return textsOf(send).has(squeeze(content.kind === 'text' ? content.text : content.title));
    case 'media': {
      const caption = squeeze(content.caption);
      return caption === '' ? content.media === send['type'] && captionOf(send) === '' : textsOf(send).has(caption);
    }
    case 'unknown':
      return isInteractive(send) && /button|list|interactive|template/i.test(contentType);
    default:
      return false;
  }
}

/** Every text that a gateway may show for a send. */
function textsOf(send: Send): Set<string> {
  const parts = [send['text'], send['caption'], send['body'], send['fallbackText']];
  return new Set(parts.flatMap((part) => (typeof part === 'string' && part.trim() !== '' ? [squeeze(part)] : [])));
}

function captionOf({ caption }: Send): string {
  return typeof caption === 'string' ? squeeze(caption) : '';
}

/** Only a program can send buttons and lists; polls of ours are recognised like them. */
function isInteractive({ type }: Send): boolean {
  return type === 'buttons' || type === 'list' || type === 'poll';
}

/** Gateways differ in white space. */
function squeeze(text: string): string {
  return text.replace(/\s+/gu, ' ').trim();
}
