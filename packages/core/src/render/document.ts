import { actions } from '../actions/index.ts';
import { commands } from '../bubbles/command.ts';
import { bubbles } from '../bubbles/index.ts';
import { inputs } from '../inputs/index.ts';
import { richTextAbout } from '../rich-text/about.ts';
import { limits } from '../whatsapp.ts';
import type { About } from './about.ts';
import { answersTable } from './answers-table.ts';
import { table } from './markdown-table.ts';
import { holdReasons, skipReasons } from './reasons.ts';

/** docs/rendering.md: what a bot can say and a contact can send, told by the code that does it. */
export function renderingDocument(): string {
  return `${[
    intro,
    '## Bubbles',
    kindsTable(bubbles),
    '### Rich text',
    table(
      ['in Typebot', 'on WhatsApp', 'Typebot’s own channel'],
      richTextAbout.map(([node, becomes, differs]) => [node, becomes, differs]),
    ),
    '## Questions',
    questions,
    inputsTable(),
    '## What a contact can send',
    sending,
    answersTable(),
    '## Client-side actions',
    acting,
    kindsTable(actions),
    '## Pace',
    pace,
    '## Limits',
    limiting,
    table(
      ['what', 'characters or pieces'],
      Object.entries(limits).map(([name, limit]) => [limitNames[name as keyof typeof limits], limit.toLocaleString('en')]),
    ),
    '## Flows written for other bridges',
    compat(),
    '## Reasons',
    'A transcript names what had no effect (`skipped`):',
    table(['code', 'meaning'], codes(skipReasons)),
    'An event that must not reach Typebot ends as `ignored` with one of these:',
    table(['code', 'meaning'], codes(holdReasons)),
  ].join('\n\n')}\n`;
}

const intro = `# Rendering

What each Typebot block becomes on WhatsApp, and what a contact's message becomes for Typebot. Generated from \`packages/core\`
(\`npm run generate\`); the sentences stand beside the code that keeps them. “Typebot's channel” is the WhatsApp integration that Typebot itself
has (version 3.18), which bot authors know. Names like \`hints.choice\` are settings of the integration.`;

const questions = `The bubble before a question is its text. Where that is a text and there is room, options and hints become part of it instead of
following it. Every interactive message has a \`fallbackText\` for consumers that cannot show it. A value the bot knows already (\`prefilledValue\`)
is not shown: WhatsApp has no field to put it in.`;

const sending = `Each cell is computed by the code, with default settings. \`held\` means that Typebot does not hear of it and the event ends as ignored
with that reason; \`unmatched\` means that \`unmatchedChoice\` says whether the bot answers in its own words or the options are shown again. Taps
come by their title; a choice is answered by the label that was chosen.

Before any of this a message is taken out of what WhatsApp puts around it: disappearing and view-once messages, captions of documents, albums, mentions of
groups, bots and other devices, one in another. The answers of a WhatsApp Flow come as the JSON they are; a cart comes as the contact's own words, else as
its products and total; a live location comes once. Votes whose options the gateway could read answer choices and nothing else. What shows
nothing (a stub, a header, invisible signs) is on record and silent.

Menus, keywords, triggers and questions read with one normaliser: case, accents, skin tones, invisible and direction signs, the tatweel, WhatsApp's marks
(\`*2*\`), quotes and punctuation at the ends do not count, and the digits of every script are digits. A text input gets the words as they came.
A yes or a no is also heard in other words (\`ss\`, \`claro\`, \`👍\`, \`não, obrigado\`) where one option begins with one.`;

const acting = `They happen right after the bubble they name (\`lastBubbleBlockId\`), in their order; without one before the first bubble. Where the flow
stopped at one (\`expectsDedicatedReply\`), Typebot is asked on once it has happened, up to 20 times for one message.`;

const pace = `Before each text and each interactive message “typing…” is shown as long as the bot's \`typingEmulation\` says: words divided by \`speed\`
(400 a minute), at most \`maxDelay\` (3 s), not before the very first message (\`isDisabledOnFirstMessage\`), never before media;
\`delayBetweenBubbles\` is silence between bubbles. Each field can be overridden by \`typing\`. One difference: Typebot's channel counts \`não\` as
two words, since its words are ASCII; here an accented word is one. What a bot answers in \`progress\` and \`dynamicTheme\` is for browsers and has no
effect; its \`logs\` are kept in the transcript.`;

const limiting = `Sources: Meta's Cloud API reference for text, media and interactive messages (version 21.0,
<https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages>); body and title limits are also the ones
Typebot's channel keeps. A list body may be longer on the Cloud API; the shorter limit serves every gateway. Nothing is cut inside an
emoji or an accented letter, and cut titles stay unique. The limits of polls are those of WhatsApp's own apps.`;

const limitNames: Record<keyof typeof limits, string> = {
  text: 'text, and `fallbackText`',
  caption: 'caption of an image',
  body: 'text above buttons or a list',
  footer: 'text below buttons or a list',
  buttons: 'buttons in one message',
  buttonTitle: 'title of a button',
  rows: 'rows in one list',
  rowTitle: 'title of a row or section',
  rowDescription: 'description of a row',
  listButton: 'label that opens a list',
  pollQuestion: 'question above a poll',
  pollOptions: 'options in one poll',
  pollOption: 'option of a poll',
  choiceId: 'id of a button or row',
};

function compat(): string {
  const rows = [...commands].map(([name, order]) => [
    `\`${name}\``,
    order === 'pause' ? 'the bot falls silent and the session is paused' : 'the session is closed',
  ]);
  return `With \`compat.markers\` a text that holds \`[list]\` or \`[buttons]\` is read as Evolution reads it and becomes a list or buttons; what stands before the
marker is a text of its own. Buttons that copy, open, call or pay are lines of the body, since an outbound button can only answer. Rows and buttons
beyond WhatsApp's limits are named in a text. A text input then gets the id of a tapped button and the title of a chosen row, as in Evolution.

With \`compat.commands\` a text bubble that is only \`#\` and a JSON object is a command, as in Whaticket and Ticketz. It is not shown. Names without
regard to case; a value of \`false\`, \`0\` or nothing orders nothing.

${table(['command', 'effect'], rows)}

Any other (\`note\`, \`addTag\`, \`updateTicket\`, \`wait\`, \`postRequest\`, …) speaks to a system that is not here: it is skipped with the reason
\`unknown_command\`, and the rest of its object is obeyed.`;
}

function kindsTable(kinds: Readonly<Record<string, { about: About }>>): string {
  return table(
    ['Typebot', 'becomes', 'limits', 'what differs from Typebot’s channel, and why'],
    [...Map.groupBy(Object.entries(kinds), ([, { about }]) => about)].map(([about, alike]) => [
      alike.map(([name]) => `\`${name}\``).join(', '),
      about.becomes,
      about.limits,
      about.differs,
    ]),
  );
}

function inputsTable(): string {
  return table(
    ['Typebot', 'is shown as', 'is answered by', 'limits', 'what differs from Typebot’s channel, and why'],
    Object.entries(inputs).map(([name, { about }]) => [`\`${name}\``, about.becomes, about.reads, about.limits, about.differs]),
  );
}

function codes(reasons: Readonly<Record<string, string>>): string[][] {
  return Object.entries(reasons).map(([code, meaning]) => [`\`${code}\``, meaning]);
}
