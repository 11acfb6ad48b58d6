import {
  askDate,
  askEmail,
  askFile,
  askNumber,
  askPhone,
  askRating,
  askText,
  askTime,
  askUrl,
  audio,
  buttons,
  cards,
  embed,
  goTo,
  image,
  pictures,
  redirect,
  set,
  text,
  variableId,
  video,
  wait,
  when,
} from '../blocks.ts';
import type { BotScript } from '../script.ts';
import { item, link, p, sayAll, seven } from './texts.ts';

const media = 'https://media.example.com';

const greeting = [
  sayAll,
  text([
    p(
      { text: 'Plain, ' },
      { text: 'bold', bold: true },
      { text: ', ' },
      { text: 'italic', italic: true },
      { text: ', ' },
      { text: 'underline', underline: true },
      { text: ', ' },
      { text: 'strike', strikethrough: true },
      { text: ', ' },
      { text: 'bold italic', bold: true, italic: true },
      { text: '.' },
    ),
  ]),
  text([
    p(
      { text: 'Link: ' },
      link('https://typebot.com/?a=1&b=2', 'Typebot site'),
      { text: ' and bare ' },
      link('https://example.com', 'https://example.com'),
    ),
  ]),
  text([
    p({ text: 'First line' }),
    p({ text: '' }),
    p({ text: 'Third line (second is empty)' }),
    p({ text: 'Hello ' }, { text: '{{pushName}}', bold: true }, { text: '!' }),
  ]),
  text([
    { type: 'ul', children: [item('bullet one'), item('bullet two')] },
    { type: 'ol', children: [item('number one'), item('number two')] },
  ]),
  text('Unset variable: [{{unset}}] unknown variable: [{{unknown}}]'),
  image(`${media}/image.png`),
  image(`${media}/image.png`, { url: 'https://example.com/click', alt: 'alt text' }),
  video(`${media}/video.mp4`),
  video('youtube.com/watch?v=dQw4w9WgXcQ', { type: 'youtube', id: 'dQw4w9WgXcQ' }),
  audio(`${media}/audio.wav`),
  embed('https://example.com/embed?u={{pushName}}'),
  embed(`${media}/document.pdf`),
];

/** One bubble and one input of every kind. */
export const recordedWaAll: BotScript = {
  variables: [
    ...seven,
    'unset',
    'choice',
    'age',
    'double',
    'email',
    'phone',
    'day',
    'hour',
    'site',
    'stars',
    'file',
    'files',
    'multi',
    'picture',
    'note',
  ],
  settings: { typingEmulation: { enabled: true, speed: 400, maxDelay: 3 } },
  groups: {
    Intro: [
      ...greeting,
      text('Pick one:'),
      buttons(
        [
          { content: 'Continue', goTo: 'Numbers' },
          { content: 'Internal', value: 'int-value', goTo: 'Numbers' },
          { content: 'Stop here', goTo: 'Bye' },
          { content: 'Hello {{pushName}}', goTo: 'Numbers' },
        ],
        { save: 'choice' },
      ),
    ],
    Numbers: [
      text('You chose {{choice}}. How old are you? (18-120)'),
      askNumber({ save: 'age', options: { labels: { placeholder: 'Age', button: 'Send' }, min: 18, max: 120 } }),
      set('double', ({ age }) => JSON.stringify(Number(age) * 2)),
      text('Double of {{age}} is {{double}}'),
      text('Your email?'),
      askEmail({
        save: 'email',
        options: { labels: { placeholder: 'me@example.com' }, retryMessageContent: 'E-mail {{email}} invalid, try again please' },
      }),
      text('Your phone?'),
      askPhone({
        save: 'phone',
        options: { labels: { placeholder: '+55...' }, retryMessageContent: 'Bad phone, try again', defaultCountryCode: 'BR' },
      }),
      text('A date? (dd/MM/yyyy)'),
      askDate({ save: 'day', options: { format: 'dd/MM/yyyy' } }),
      text('A time?'),
      askTime({ save: 'hour' }),
      text('Your site?'),
      askUrl({ save: 'site' }),
      goTo('Ratings'),
    ],
    Ratings: [
      text('Rate us 1-5'),
      askRating({ save: 'stars', options: { buttonType: 'Numbers', length: 5, labels: { left: 'bad', right: 'good' } } }),
      when(({ stars }) => Number(stars) >= 4, 'Happy'),
      goTo('Sad'),
    ],
    Happy: [text('Glad! stars={{stars}}'), goTo('Files')],
    Sad: [text('Sorry! stars={{stars}}'), goTo('Files')],
    Files: [
      text('Send a file (required)'),
      askFile({
        save: 'file',
        options: { isRequired: true, isMultipleAllowed: false, labels: { placeholder: 'Drop it', button: 'Upload' } },
      }),
      text('Got {{file}}. More files? (optional, several)'),
      askFile({ save: 'files', options: { isRequired: false, isMultipleAllowed: true, labels: { skip: 'Skip it' } } }),
      text('Several options:'),
      buttons(['Red', 'Green', 'Blue'], { save: 'multi', options: { isMultipleChoice: true, buttonLabel: 'Done' } }),
      text('multi={{multi}}. Pick a picture:'),
      pictures(
        [
          { pictureSrc: `${media}/choice-a.png`, title: 'Picture A', description: 'The reddish one' },
          { pictureSrc: `${media}/choice-b.png`, title: 'Picture B', description: 'The bluish one' },
        ],
        { save: 'picture' },
      ),
      goTo('Cards'),
    ],
    Cards: [
      text('picture={{picture}}. Cards:'),
      cards([
        {
          imageUrl: `${media}/choice-a.png`,
          title: 'Card A',
          description: 'First card',
          paths: [
            { text: 'Buy A', goTo: 'Waits' },
            { text: 'Details A', goTo: 'Waits' },
          ],
        },
        { imageUrl: `${media}/choice-b.png`, title: 'Card B', description: 'Second card', paths: [{ text: 'Buy B', goTo: 'Waits' }] },
      ]),
      goTo('Waits'),
    ],
    Waits: [
      text('Before the wait'),
      wait(2),
      text('After the wait. Any last words?'),
      askText({
        save: 'note',
        options: {
          labels: { placeholder: 'Write...' },
          isLong: true,
          audioClip: { isEnabled: true },
          attachments: { isEnabled: true, saveVariableId: variableId('files') },
        },
      }),
      goTo('Bye'),
    ],
    Bye: [text('note={{note}} files={{files}}'), redirect('https://example.com/bye?n={{pushName}}'), text('Bye {{pushName}}')],
  },
};
