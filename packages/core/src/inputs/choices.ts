import type { BotMessage } from '../bot.ts';
import type { Settings } from '../settings.ts';
import { limits, uniqueTitles } from '../whatsapp.ts';
import { sendText, unmatched, unreadable, unsupported, wordsOf } from './answers.ts';
import type { Answer, Said } from './input.ts';
import { type Choice, type Item, match } from './match.ts';
import { ownLetter } from './own-numbers.ts';
import { chosenSeveral, namesOf, wouldBeMisread } from './several.ts';

/** Items a contact can choose, called by `labels` and numbered as they are shown: by their positions unless `numbers` say otherwise. */
export function choicesOf(items: readonly Item[], labels: readonly string[], numbers?: readonly number[]): Choice[] {
  // Gateways without ids hand back the title, which may be cut.
  const isListed = items.length <= limits.rows;
  const buttons = isListed ? uniqueTitles(labels, limits.buttonTitle) : [];
  const rows = isListed ? uniqueTitles(labels, limits.rowTitle) : [];
  return items.map((item, i) => ({
    item,
    label: labels[i] ?? '',
    number: numbers?.[i] ?? i + 1,
    aliases: [idOf(item), item.value, buttons[i] ?? '', rows[i] ?? '', ownLetter(labels[i] ?? '') ?? ''].filter((name) => name !== ''),
  }));
}

/** Dynamic items are called `0`, `1`, …: who writes `0` does not mean the first of them. */
function idOf({ id }: Item): string {
  return /^\d+$/.test(id) ? '' : id;
}

/** The answer to a choice. Where nothing is shown that could be chosen, words go as they are. */
export function readChoice(said: Said, choices: readonly Choice[], isMultiple: boolean, settings: Settings): Answer {
  const words = wordsOf(said);
  if (words === null) return unsupported(settings);
  if (choices.length === 0) return sendText(words, settings);
  const tapped = said.kind === 'reply' ? tappedIn(choices, said.id) : null;
  if (isMultiple) {
    const several = tapped === null ? chosenSeveral(choices, words) : [tapped];
    return several === null
      ? missed(words, wouldBeMisread(words, choices), settings)
      : { type: 'send', message: namesOf(several, choices) };
  }
  const one = tapped ?? match(choices, words);
  if (one !== null) return { type: 'send', message: answerOf(one.item, choices) };
  const isId = choices.some(({ item }) => item.id === words);
  return missed(words, isId, settings);
}

/** Words that Typebot would take for a choice are replaced: it answers as to any that name nothing, but chooses nothing. */
function missed(words: string, isMisread: boolean, settings: Settings): Answer {
  return isMisread ? { type: 'unmatched', message: unreadable } : unmatched(words, settings);
}

/** A button of an older question has an id that is not here; it counts by its title. */
function tappedIn(choices: readonly Choice[], id: string): Choice | null {
  const [tapped, twin] = choices.filter(({ item }) => item.id === id);
  return tapped !== undefined && twin === undefined ? tapped : null;
}

/**
 * What Typebot takes for this item and no other. Its content, so that a bot with a Reply event is told what was chosen and not an id; its value
 * or its id where another item goes by the same name. Where all of them are another's name too, `replyId` decides, which needs Typebot 3.11.
 */
function answerOf(item: Item, choices: readonly Choice[]): BotMessage {
  const isMine = (name: string) => name !== '' && choices.filter((choice) => answersTo(choice.item, name)).length === 1;
  if (isMine(item.content)) return item.content;
  if (isMine(item.value)) return item.value;
  return { type: 'text', text: item.content, metadata: { replyId: item.id } };
}

function answersTo({ id, content, value }: Item, name: string): boolean {
  return id === name || content.trim() === name.trim() || value.trim() === name.trim();
}
