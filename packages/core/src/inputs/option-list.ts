import type { Unpaced } from '../bubbles/message.ts';
import { texts } from '../bubbles/message.ts';
import type { Settings } from '../settings.ts';
import { clip, emptyBody, limits, oneLine, uniqueTitles } from '../whatsapp.ts';
import { chooseAgain, hint, listButton } from './hints.ts';
import { nothing, type Shown } from './input.ts';
import { numberedLines } from './own-numbers.ts';

export type ListedOption = { id: string; label: string };

/**
 * A poll, or null where WhatsApp would refuse it: too many options, one that is too long, two that are called alike. A question that is too long
 * for it stands before it.
 */
export function poll(options: readonly { label: string }[], isMultiple: boolean, body: string | null, settings: Settings): Shown | null {
  const labels = labelsOf(options).map(oneLine);
  const fits = labels.length >= 2 && labels.length <= limits.pollOptions && new Set(labels).size === labels.length;
  if (!fits || labels.some((label) => label.length > limits.pollOption)) return null;
  const isAsked = body !== null && body.trim() !== '' && body.length <= limits.pollQuestion;
  const asText = numbered(options, hint(settings, isMultiple ? 'multipleChoice' : 'choice'));
  const fallbackText = isAsked ? `${body}\n\n${asText}` : asText;
  if (fallbackText.length > limits.text) return null;
  const question = isAsked ? body : chooseAgain[settings.locale];
  const message: Unpaced = { type: 'poll', body: question, options: labels, selectableCount: isMultiple ? 0 : 1, fallbackText };
  return { messages: [message], takesBody: isAsked };
}

/** Buttons for up to 3 options, a list for up to 10, else (or where the settings say so) numbered text. */
export function showOptions(options: readonly ListedOption[], body: string | null, settings: Settings): Shown {
  if (options.length === 0) return nothing;
  const asText = numbered(options, hint(settings, 'choice'));
  if (settings.choices === 'text' || settings.choices === 'poll' || !canBeChosen(options, limits.rows)) return under(body, asText);

  const { lead, tail } = partsOf(body ?? '');
  const fallbackText = tail === '' ? asText : `${tail}\n\n${asText}`;
  if (fallbackText.length > limits.text) return under(body, asText);
  const frame = { body: tail || emptyBody, footer: null, fallbackText };
  const message = options.length <= limits.buttons ? buttons(options, frame) : list(options, frame, settings);
  return { messages: tail === '' ? [message] : [...texts(lead), message], takesBody: tail !== '' };
}

/** The end of a text that fits above buttons, from a line on, and what stands before it. No such end: the text stays on its own. */
function partsOf(body: string): { lead: string; tail: string } {
  if (body.length <= limits.body) return { lead: '', tail: body };
  const from = body.length - limits.body;
  const paragraph = body.indexOf('\n\n', from);
  const border = paragraph > 0 ? paragraph : body.indexOf('\n', from);
  return border < 0 ? { lead: body, tail: '' } : { lead: body.slice(0, border), tail: body.slice(border).trim() };
}

/** `text` as part of the message before it where both fit into one, else after it. */
export function under(body: string | null, text: string): Shown {
  if (text === '') return nothing;
  const whole = body === null ? text : `${body}\n\n${text}`;
  const takesBody = body !== null && whole.length <= limits.text;
  return { messages: texts(takesBody ? whole : text), takesBody };
}

/** `1. Label` lines, or the labels alone where their author has numbered them, with a hint below unless it is empty. */
export function numbered(options: readonly { label: string }[], hintText: string): string {
  const lines = numberedLines(labelsOf(options))
    .map(({ line }) => line)
    .join('\n');
  return hintText === '' ? lines : `${lines}\n\n${hintText}`;
}

type Frame = { body: string; footer: null; fallbackText: string };

function buttons(options: readonly ListedOption[], frame: Frame): Unpaced {
  const titles = uniqueTitles(labelsOf(options), limits.buttonTitle);
  return { type: 'buttons', ...frame, header: null, buttons: options.map(({ id, label }, i) => ({ id, title: titles[i] ?? label })) };
}

function list(options: readonly ListedOption[], frame: Frame, settings: Settings): Unpaced {
  const titles = uniqueTitles(labelsOf(options), limits.rowTitle);
  const rows = options.map(({ id, label }, i) => {
    const title = titles[i] ?? label;
    const whole = oneLine(label);
    return { id, title, description: title === whole ? null : clip(whole, limits.rowDescription) };
  });
  return { type: 'list', ...frame, button: listButton[settings.locale], sections: [{ title: '', rows }] };
}

function labelsOf(options: readonly { label: string }[]): string[] {
  return options.map(({ label }) => label);
}

/** Whether WhatsApp takes options of these ids, `max` of them: it refuses ids that are long or not unique. */
export function canBeChosen(options: readonly { id: string }[], max: number): boolean {
  if (options.length === 0 || options.length > max) return false;
  const ids = new Set(options.map(({ id }) => id));
  return ids.size === options.length && options.every(({ id }) => id.length <= limits.choiceId && /^[\x21-\x7e]+$/.test(id));
}
