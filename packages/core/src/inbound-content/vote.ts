import type { InboundContent } from '../inbound.ts';
import { inside, isFields, text, type Fields } from './fields.ts';

/** A vote whose options the gateway could read names them by their titles. One that is still encrypted or taken back says nothing. */
export function voteOf(body: Fields): InboundContent {
  const titles = votesIn(inside(body, 'vote', 'pollVote', 'poll') ?? body) ?? votesIn(body) ?? [];
  const isReadable = titles.length > 0 && !titles.some((title) => hash.test(title));
  return isReadable ? { kind: 'vote', titles } : { kind: 'signal', signal: 'protocol' };
}

const lists = ['selectedOptions', 'selected_options', 'selectedOptionNames', 'options', 'votes'];
/** WhatsApp names an option by the SHA-256 of its title. */
const hash = /^(?:[0-9a-f]{64}|[A-Za-z0-9+/]{43}=)$/i;

function votesIn(from: Fields): string[] | null {
  for (const name of lists) {
    const options = from[name];
    if (Array.isArray(options)) return options.flatMap((option) => titleOf(option) ?? []);
  }
  return null;
}

function titleOf(option: unknown): string | null {
  if (typeof option === 'string') return text({ option }, 'option');
  return isFields(option) ? text(option, 'name', 'optionName', 'title', 'text') : null;
}
