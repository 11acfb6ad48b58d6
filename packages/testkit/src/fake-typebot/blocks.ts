import type { RichNode } from './rich-text.ts';
import type { Block, Item, Question, Resume } from './script.ts';
import type { VariableValue, Variables } from './template.ts';

/** The words in which bots are written. Every text may hold `{{variable}}`. */

type Id = { id?: string };
type Choice = string | (Item & { content?: string; value?: string });
type Picture = Item & { pictureSrc?: string; title?: string; description?: string; value?: string };
type Card = Item & { imageUrl?: string; title?: string; description?: string; options?: { internalValue?: string } };

/** A text bubble. A string makes one paragraph of each line. */
export const text = (content: string | readonly RichNode[], id: Id = {}): Block => ({ block: 'text', text: content, ...id });

/** Any other bubble, also one Typebot does not have. */
export const bubble = (type: string, content: unknown, id: Id = {}): Block => ({ block: 'bubble', type, content, ...id });
export const image = (url: string, clickLink?: { url?: string; alt?: string }): Block =>
  bubble('image', clickLink ? { url, clickLink } : { url });
export const audio = (url: string): Block => bubble('audio', { url });
export const video = (url: string, hosted: { type: string; id?: string } = { type: 'url' }): Block => bubble('video', { url, ...hosted });
export const embed = (url: string, height = 400): Block => bubble('embed', { url, height });

/** The flow stops here until anything is answered; the text goes to `save`. */
export const embedWaiting = (url: string, event: { name: string; save?: string; height?: number }): Block => ({
  block: 'bubble',
  type: 'embed',
  content: {
    url,
    height: event.height ?? 400,
    waitForEvent: { isEnabled: true, name: event.name, ...(event.save && { saveDataInVariableId: variableId(event.save) }) },
  },
  stops: event.save ? { save: event.save } : {},
});

/** Cal.com's block: always stops the flow. The answer is the booked date. */
export const customEmbed = (url: string, options: { save?: string } = {}): Block => ({
  block: 'bubble',
  type: 'custom-embed',
  content: { url, initFunction: { args: { link: url }, content: 'Cal("init")' } },
  stops: options,
});

/** Any input, also one Typebot does not have (which takes every answer). */
export const ask = (type: string, question: Question & Id = {}): Block => ({ block: 'ask', type, ...question });
export const askText = (question?: Question & Id): Block => ask('text input', question);
export const askNumber = (question?: Question & Id): Block => ask('number input', question);
export const askEmail = (question?: Question & Id): Block => ask('email input', question);
export const askUrl = (question?: Question & Id): Block => ask('url input', question);
export const askPhone = (question?: Question & Id): Block => ask('phone number input', question);
export const askDate = (question?: Question & Id): Block => ask('date input', question);
export const askTime = (question?: Question & Id): Block => ask('time input', question);
export const askRating = (question?: Question & Id): Block => ask('rating input', question);
export const askFile = (question?: Question & Id): Block => ask('file input', question);
export const askPayment = (question?: Question & Id): Block =>
  ask('payment input', {
    runtimeOptions: { paymentIntentSecret: 'pi_1_secret_1', amountLabel: '$10.00', publicKey: 'pk_test_1' },
    ...question,
  });
export const buttons = (items: readonly Choice[], question?: Question & Id): Block =>
  ask('choice input', { ...question, items: items.map((item) => (typeof item === 'string' ? { content: item } : item)) });
export const pictures = (items: readonly Picture[], question?: Question & Id): Block => ask('picture choice input', { ...question, items });
export const cards = (items: readonly Card[], question?: Question & Id): Block => ask('cards', { ...question, items });

export const set = (variable: string, to: VariableValue | ((variables: Variables) => VariableValue)): Block => ({
  block: 'set',
  variable,
  to,
});
/** A Condition block: goes to the group when the test holds, else on with the next block. */
export const when = (test: (variables: Variables) => boolean, group: string): Block => ({ block: 'when', test, goTo: group });
/** The edge from the block before it to another group. Must be the last of its group. */
export const goTo = (group: string): Block => ({ block: 'goTo', group });
/** A Jump block, to the start of a group or to the block of that id in it. */
export const jump = (group: string, block?: string): Block => ({ block: 'jump', group, ...(block && { to: block }) });
/** What a failing integration leaves behind. */
export const log = (description: string, status = 'error'): Block => ({ block: 'log', entry: { status, description } });

/** Any action, also one Typebot does not have. With `stops` the flow waits for a dedicated reply. */
export const action = (type: string, payload: Record<string, unknown> = {}, stops?: Resume): Block => ({
  block: 'action',
  type,
  payload,
  ...(stops && { stops }),
});
/** `pauses`: Typebot's "Pause the flow"; the rest comes only when asked for. */
export const wait = (seconds: number, options: { pauses?: boolean } = {}): Block =>
  action('wait', { wait: { secondsToWaitFor: seconds } }, options.pauses ? { as: 'nothing' } : undefined);
export const redirect = (url: string, isNewTab = false): Block => action('redirect', { redirect: { url, isNewTab } });
export const script = (content: string, args: { id: string; value?: string }[] = []): Block =>
  action('scriptToExecute', { scriptToExecute: { content, args } });
/** A Set variable block that is executed on the client. */
export const setOnClient = (variable: string, content: string, options: { isCode?: boolean } = {}): Block =>
  action(
    'setVariable',
    { setVariable: { scriptToExecute: { content, isCode: options.isCode ?? true, args: [] } } },
    { as: 'value', variable },
  );
/** An HTTP request block that is executed on the client. */
export const requestOnClient = (request: { url: string; method?: string; body?: string }, save?: string): Block =>
  action('httpRequestToExecute', { httpRequestToExecute: request }, { as: 'payload', strict: true, ...(save && { variable: save }) });
/** A Webhook block: waits for `{"data": …}`. Takes any text as that, as Typebot does. */
export const listenForWebhook = (save?: string): Block =>
  action('listenForWebhook', {}, { as: 'payload', strict: false, ...(save && { variable: save }) });

/** The id a variable of that name has on the wire, made as in the recorded bots. */
export function variableId(name: string): string {
  return `v${Buffer.from(name, 'utf8').toString('hex')}`;
}

export function variableName(id: string): string {
  return Buffer.from(id.slice(1), 'hex').toString('utf8');
}
