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

/** docs/rendering.md: what a bot can say and a contact can send, generated from the code that does it. */
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
    'A transcript lists as `skipped` what had no effect:',
    table(['code', 'meaning'], codes(skipReasons)),
    'An event that must not reach Typebot ends as `ignored` with one of these reasons:',
    table(['code', 'meaning'], codes(holdReasons)),
  ].join('\n\n')}\n`;
}

const intro = `# Rendering

What each Typebot block becomes on WhatsApp, and what Typebot gets when a contact sends a message. Generated from the code in
\`packages/core\` (\`npm run generate\`). “Typebot's channel” is Typebot's own WhatsApp integration (version 3.18), which bot authors know. Names
such as \`hints.choice\` are settings of the integration.`;

const questions = `The bubble before a question is its text. If that bubble is a text with enough room, options and hints are added to it; otherwise they
follow it. Every interactive message has a \`fallbackText\` for consumers that cannot show it. A value that the bot already knows
(\`prefilledValue\`) is not shown, because WhatsApp has no field for it.`;

const sending = `The code computes each cell with default settings. \`held\` means that the message does not go to Typebot and the event ends as ignored with that
reason. \`unmatched\` means that the setting \`unmatchedChoice\` decides whether the message goes to the bot or the options are shown again. A tap
is sent as its title, and to choices as its id.`;

const acting = `Actions happen in their order, right after the bubble they name (\`lastBubbleBlockId\`), or before the first bubble if they name none. If the
flow stopped at an action (\`expectsDedicatedReply\`), Typelane calls Typebot again after the action, up to 20 times for one message.`;

const pace = `“Typing…” is shown before each text and each interactive message, for the time that the bot's \`typingEmulation\` gives: words divided by
\`speed\` (400 per minute), at most \`maxDelay\` (3 s). It is not shown before the very first message (\`isDisabledOnFirstMessage\`) or before media.
\`delayBetweenBubbles\` is the pause between bubbles. The setting \`typing\` overrides each field. One difference: Typebot's channel counts \`não\` as
two words, because its words are ASCII; Typelane counts an accented word as one. \`progress\` and \`dynamicTheme\` in a bot's answer are for browsers
and have no effect; its \`logs\` are kept in the transcript.`;

const limiting = `Sources: Meta's Cloud API reference for text, media and interactive messages (version 21.0,
<https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages>); Typebot's channel has the same
limits for bodies and titles. A list body may be longer on the Cloud API; the shorter limit works with every gateway. Texts are never cut inside an
emoji or an accented letter, and shortened titles stay unique.`;

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
  choiceId: 'id of a button or row',
};

function compat(): string {
  const rows = [...commands].map(([name, order]) => [`\`${name}\``, order === 'pause' ? 'the session is paused' : 'the session is closed']);
  return `With \`compat.markers\` a text that contains \`[list]\` or \`[buttons]\` becomes a list or buttons, as in Evolution. Text before the marker is sent as a
separate message. Buttons that copy, open, call or pay become lines of the body, because an outbound button can only answer. Rows and buttons
beyond WhatsApp's limits are listed in a text. A text input gets the id of a tapped button and the title of a chosen row, as in Evolution.

With \`compat.commands\` a text bubble that is only \`#\` and a JSON object is a command, as in Whaticket and Ticketz. It is not shown. Names
ignore case; a command whose value is \`false\`, \`0\` or missing does nothing.

${table(['command', 'effect'], rows)}

Any other (\`note\`, \`addTag\`, \`updateTicket\`, \`wait\`, \`postRequest\`, …) is for a system that Typelane does not have. It is skipped with the
reason \`unknown_command\`, and the other commands of the object are carried out.`;
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
