import type { BotMessage } from '@typelane/core';
import { z } from 'zod';
import { isFields } from './fields.ts';
import type { Fields } from './fields.ts';

/** The plainest client of a Typebot: for tests of the fake itself, and of what is built on it. */
export type Chat = {
  startChat: (publicId: string, fields?: Fields) => Promise<ChatAnswer>;
  /** Undefined sends no message at all. */
  continueChat: (sessionId: string, message?: BotMessage | null, fields?: Fields) => Promise<ChatAnswer>;
};

const replySchema = z.looseObject({
  sessionId: z.string().optional(),
  messages: z.array(z.looseObject({ id: z.string(), type: z.string(), content: z.unknown() })).default([]),
});

type PlainReply = z.infer<typeof replySchema>;

/** `body` is what came; `messages` and `sessionId` are taken out of it, or empty when it is an error. */
export type ChatAnswer = { status: number; body: Fields; messages: PlainReply['messages']; sessionId: string };

/** @param url of a Typebot, fake or real */
export function chatWith(url: string, signal?: AbortSignal): Chat {
  async function post(path: string, fields: Fields): Promise<ChatAnswer> {
    const response = await fetch(`${url}/api/v1/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fields),
      signal: signal ?? null,
    });
    const body: unknown = await response.json();
    if (!isFields(body)) throw new Error(`not a Typebot: ${JSON.stringify(body)}`);
    const { messages, sessionId = '' } = replySchema.parse(body);
    return { status: response.status, body, messages, sessionId };
  }

  return {
    startChat: (publicId, fields = {}) => post(`typebots/${encodeURIComponent(publicId)}/startChat`, fields),
    continueChat: (sessionId, message, fields = {}) =>
      post(`sessions/${encodeURIComponent(sessionId)}/continueChat`, { ...fields, ...(message !== undefined && { message }) }),
  };
}

/** The texts of the text bubbles, one string per bubble, lines joined by `\n`. */
export function textsOf({ messages }: Pick<PlainReply, 'messages'>): string[] {
  return messages.filter(({ type }) => type === 'text').map(({ content }) => wordsOf(content));
}

function wordsOf(content: unknown): string {
  if (!isFields(content)) return '';
  const { markdown, richText } = content;
  if (typeof markdown === 'string') return markdown;
  return Array.isArray(richText) ? richText.map(wordsIn).join('\n') : '';
}

function wordsIn(node: unknown): string {
  if (!isFields(node)) return '';
  const { text, children } = node;
  if (typeof text === 'string') return text;
  return Array.isArray(children) ? children.map(wordsIn).join('') : '';
}
