import type { WireInput } from '../compile.ts';
import type { Dialect } from '../version.ts';
import { cards } from './cards.ts';
import { choice } from './choice.ts';
import { date } from './date.ts';
import { email } from './email.ts';
import { file } from './file.ts';
import { number } from './number.ts';
import { payment } from './payment.ts';
import { phone } from './phone.ts';
import { rating } from './rating.ts';
import { text } from './text.ts';
import { time } from './time.ts';
import { url } from './url.ts';
import { invalid } from './verdict.ts';
import type { Reply, Validator, Verdict } from './verdict.ts';

const validators: Readonly<Record<string, Validator>> = {
  'text input': text,
  'number input': number,
  'email input': email,
  'url input': url,
  'phone number input': phone,
  'date input': date,
  'time input': time,
  'choice input': choice,
  'picture choice input': choice,
  cards,
  'rating input': rating,
  'file input': file,
  'payment input': payment,
};

/** What Typebot makes of an answer. An input it does not have takes everything, like a text input. */
export function judge(reply: Reply | null, input: WireInput, dialect: Dialect): Verdict {
  if (reply === null) return canBeSkipped(input) ? { valid: true, content: null } : invalid;
  return (validators[input.type] ?? text)(reply, input, dialect);
}

function canBeSkipped({ type, options = {} }: WireInput): boolean {
  return type === 'file input' && options['isRequired'] === false;
}

const retryDefaults: Readonly<Record<string, string>> = {
  'email input': "This email doesn't seem to be valid. Can you type it again?",
  'payment input': 'Payment failed. Please, try again.',
};

/** The text of the retry bubble. `invalidMessage` is the bot's own, of its system messages. */
export function retryText({ type, options = {} }: WireInput, invalidMessage = 'Invalid message. Please, try again.'): string {
  const own = options['retryMessageContent'];
  return typeof own === 'string' && own !== '' ? own : (retryDefaults[type] ?? invalidMessage);
}
