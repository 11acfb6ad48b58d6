import type { OutboundMessage, OutboundReply } from '@typelane/core';
import type { Said } from './scenario.ts';

/** One turn as people read it: what the contact said, which exchanges that took, and each message that came of it. */
export function transcriptOf({ says, asks, replies }: { says: Said; asks: number[]; replies: OutboundReply[] }): string {
  const contact = typeof says === 'string' ? says : `${says.contentType} ${JSON.stringify(says.content)}`;
  const heading = `> ${squeezed(contact)}   ${asks.length === 0 ? '(not asked)' : `(${asks.join(', ')})`}`;
  const lines = replies.flatMap(({ messages }, index) => [...(index === 0 ? [] : ['  --- next reply']), ...messages.map(lineOf)]);
  return [heading, ...(lines.length === 0 ? ['  (nothing)'] : lines)].join('\n');
}

/** `<pace> <type> <the rest as JSON>`; texts and bodies as they are, with their line breaks. */
function lineOf({ type, typingMs, waitMs, ...rest }: OutboundMessage): string {
  const pace = [waitMs > 0 ? `wait ${waitMs}` : '', typingMs > 0 ? `type ${typingMs}` : ''].filter((part) => part !== '').join(', ');
  const fields = Object.entries(rest)
    .filter(([name]) => name !== 'id')
    .map(([name, value]) => `${name}=${typeof value === 'string' ? indented(squeezed(value)) : JSON.stringify(value)}`);
  return `  ${type}${pace === '' ? '' : ` [${pace}]`} ${fields.join(' | ')}`;
}

/** A letter that comes a hundred times or more is counted. */
function squeezed(text: string): string {
  return text.replace(/(.)\1{99,}/gu, (run: string, letter: string) => `${letter}{${run.length}}`);
}

function indented(text: string): string {
  return text.replaceAll(/\n(?=.)/g, '\n      ');
}
