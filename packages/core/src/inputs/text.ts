import { z } from 'zod';
import { placeOf, send, sendText, unsupported, wordsOf } from './answers.ts';
import { inputKind, lenient, type Answer, type Said } from './input.ts';

const feature = lenient(z.looseObject({ isEnabled: lenient(z.boolean()) }));

/** Takes anything. Media goes the way the bot's author opened for it, else as its address. */
export const text = inputKind({
  about: {
    becomes: 'nothing: the bubble before it is the question',
    reads:
      'words as they are; a tap by its title; a location as `latitude, longitude`; contact cards as names and phones. Media as attachment (`attachedFileUrls`, the caption as text) and voice as clip (`audio`) where the bot takes them, else the caption and the address as text',
    differs: 'Typebot’s channel sends every voice note as a clip, which leaves the variable of an input without clips empty',
  },
  options: z.looseObject({ attachments: feature, audioClip: feature }),
  read(said, { options, settings }) {
    if (said.kind !== 'media') return sendText(wordsOf(said) ?? placeOf(said) ?? peopleIn(said), settings);
    if (said.url === null) return said.caption === '' ? unsupported(settings) : send(said.caption);
    if (said.media === 'audio') return audio(said.url, options.audioClip?.isEnabled === true);
    return file(said.url, said.caption, options.attachments?.isEnabled === true);
  },
});

function audio(url: string, isClipEnabled: boolean): Answer {
  return isClipEnabled ? { type: 'send', message: { type: 'audio', url } } : send(url);
}

/** Without attachments the contact's words still go along: they are what was asked for. */
function file(url: string, caption: string, areAttachmentsEnabled: boolean): Answer {
  if (areAttachmentsEnabled) return { type: 'send', message: { type: 'text', text: caption, attachedFileUrls: [url] } };
  return send(caption === '' ? url : `${caption}\n${url}`);
}

/** One line per contact card: the name and the phones. */
function peopleIn(said: Said): string {
  if (said.kind !== 'contact') return '';
  return said.cards
    .map(({ name, phones }) => [name, phones.join(', ')].filter((part) => part !== '').join(': '))
    .filter((line) => line !== '')
    .join('\n');
}
