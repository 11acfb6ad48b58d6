import { bare, byContent, gone } from './reasons.ts';
import { as, type Coverage, type Scenario, turn } from './scenario.ts';
import { walks } from './walks.ts';

/** Every recording, in the order of their names. `recordings.test.ts` fails on an exchange that is neither driven nor explained. */
export const coverage: Coverage[] = [
  {
    recording: 'buttons-matching',
    scenarios: [
      {
        title: 'a contact finds every button by what people write',
        turns: [
          turn('oi', 0),
          turn('Sales', 1),
          turn(' Support ', 3, as('Support', byContent)),
          turn('3', 6, as('3', `the label "3" comes before the position 3, as in Typebot; ${byContent}`)),
          turn('b-Menu-1-i1', 7, as('Support', byContent)),
          turn(
            { contentType: 'buttonsResponse', content: { selectedButtonId: 'b-Menu-1-i0', selectedDisplayText: 'Sales' } },
            8,
            as('Sales', `metadata.replyId needs Typebot 3.11; ${byContent}`),
          ),
          turn('Sales maybe', 9, as('Sales maybe', 'the recorded `Sales please` is understood here')),
          turn('human-agent', 10, as('Human', byContent)),
          turn('again', 0),
        ],
      },
    ],
    left: [
      [[2, 4, 5], 'answers Typebot does not understand: case and numbers are matched here, and the id is sent'],
      [[11], gone],
    ],
  },
  {
    recording: 'concurrent',
    scenarios: [
      {
        title: 'four messages at once are asked one after the other',
        atOnce: true,
        turns: [turn('oi', 0), turn('two', 1), turn('one', 2), turn('three', 3), turn('four', 4)],
      },
    ],
  },
  {
    recording: 'errors',
    scenarios: [
      ...refusals([0, 1, 2], 'dead: bot_refused: typebot_not_found'),
      refused(3, 'dead: bot_refused: http_400'),
      ...refusals([4, 5], 'dead: bot_refused: bot_closed'),
      { title: 'a start that fails is made once more', turns: [turn('oi', [6, 6], { final: 'dead: bot_failed: http_500' })] },
      ...[11, 20].map((index) => ({ title: `start ${index} is answered`, turns: [turn('oi', index)] })),
      refused(12, 'dead: bot_refused: malformed_request'),
      ...refusals([13, 14, 17, 18, 21, 22, 23, 24, 25], 'dead: bot_refused: input_validation_failed'),
    ],
    left: [
      [[7], 'sessions of other ids than ours are not asked; the same answer to one of ours is in mid-session-changes'],
      [[8, 9, 10, 15, 16], 'addresses and methods that are never used'],
      [[19], 'the preview of a bot is never asked'],
    ],
  },
  {
    recording: 'events',
    scenarios: [
      {
        title: 'an invalid reply is answered by the flow of its event',
        turns: [turn('oi', 0), turn('abc', 1), turn('7', 3), turn('later', 0)],
      },
    ],
    left: [
      [[2], 'a contact has no way to send a command'],
      [[4], gone],
    ],
  },
  { recording: 'file-urls', scenarios: fileScenes() },
  {
    recording: 'hang-silent-flow',
    scenarios: [
      { title: 'a flow that shows nothing is started by each message and never continued', turns: [turn('hi', 0), turn('hi', 0)] },
    ],
    left: [
      [[1, 3], 'a message to a session that ended in its start: Typebot never answers it'],
      [[2], 'a start with a message: Typebot never answers it'],
    ],
  },
  {
    recording: 'http-shapes',
    scenarios: [
      { title: 'a slash too many after the address does no harm', typebotURL: (url) => `${url}/`, turns: [turn('oi', 7), turn('z', 9)] },
      refused(2, 'dead: bot_refused: typebot_not_found'),
      refused(4, 'dead: bot_refused: typebot_not_found'),
    ],
    left: [
      [[0, 1, 3], 'other spellings of the address: ours has one'],
      [[5, 6], 'other headers: ours are always the same'],
      [[8], 'longer than a WhatsApp text can be, and refused during ingestion (text_too_long)'],
    ],
  },
  {
    recording: 'invalid-custom',
    scenarios: [
      {
        title: 'the bot complains in its own words',
        turns: [turn('oi', 0), turn('x', 1), turn('11', 2), turn('5', 3), turn('C', 4), turn('A', 5)],
      },
    ],
    left: [[[6], gone]],
  },
  { recording: 'legacy-sendMessage', scenarios: [], left: [[[0, 1], 'an endpoint that is deprecated and not used']] },
  {
    recording: 'markdown-per-request',
    scenarios: [{ title: 'texts come as rich text', turns: [turn('oi', 0), turn('no format given', 1)] }],
  },
  {
    recording: 'markdownish',
    scenarios: [
      {
        title: 'values that look like Markdown arrive as the bot made them',
        turns: [turn('oi', 0), turn('**bold** and *it* and https://example.com\n- item 1\n- item 2\n\nnew para', 1)],
      },
    ],
  },
  {
    recording: 'message-forms',
    scenarios: [
      {
        title: 'all that a contact can send to a text input',
        turns: [
          turn('oi', 0),
          turn('plain string', 1),
          turn('object form', 2, as('object form', bare)),
          turn(
            {
              contentType: 'document',
              content: { url: 'https://media.example.com/document.pdf', caption: 'with attachments', fileName: 'document.pdf' },
            },
            3,
            as(
              'with attachments\nhttps://media.example.com/document.pdf',
              'this input has attachments switched off, so Typebot would not show them to the bot',
            ),
          ),
          turn(
            { contentType: 'audio', content: { url: 'https://media.example.com/audio.wav', mimetype: 'audio/ogg; codecs=opus' } },
            4,
            as(
              'https://media.example.com/audio.wav',
              'this input has audio clips switched off, and an audio message would leave its variable as it was',
            ),
          ),
          turn(
            { contentType: 'buttonsResponse', content: { selectedButtonId: 'x', selectedDisplayText: 'meta' } },
            5,
            as('meta', `a button of an older question counts by its title; ${bare}`),
          ),
          turn('', [], { final: 'ignored: empty' }),
          turn('   ', [], { final: 'ignored: empty' }),
          turn('emoji 😀 çãé\nline 2', 14),
          turn('x'.repeat(20_000), 15),
          turn('sair', 16),
          turn('after the end', 0),
        ],
      },
    ],
    left: [
      [[6, 7], 'blank text is no answer, and a text input would take it for one'],
      [[8, 9], 'nothing is never sent to a text input: Typebot calls it invalid'],
      [[10, 11, 12], 'no such message'],
      [[13], 'a contact has no way to send a command'],
      [[17], gone],
    ],
  },
  {
    recording: 'mid-session-changes',
    scenarios: [
      { title: 'a chat goes on when its bot is closed', turns: [turn('oi', 0), turn('before', 1), turn('after closing', 2)] },
      refused(3, 'dead: bot_refused: bot_closed'),
      {
        title: 'a chat whose session is lost begins again, once, for the same message',
        turns: [turn('oi', 4), turn('after edit', 5), turn('a year later', 6), turn('gone', [7, 0])],
      },
      {
        title: 'a chat whose bot was closed after its session was lost has an event that is dead',
        turns: [turn('oi', 4), turn('after edit', 5), turn('gone', [7, 3], { final: 'dead: bot_refused: bot_closed' })],
      },
    ],
  },
  {
    recording: 'no-input-continue',
    scenarios: [{ title: 'a bot that only speaks speaks once a message', turns: [turn('oi', 0), turn('hi', 0)] }],
    left: [[[1, 2], gone]],
  },
  {
    recording: 'origins',
    scenarios: [
      { title: 'no origin is sent, which every bot takes', turns: [turn('oi', 2), turn('x', 4)] },
      refused(1, 'dead: bot_refused: origin_not_allowed'),
      {
        title: 'a refused answer leaves the chat where it stood',
        turns: [turn('oi', 2), turn('x', 3, { final: 'dead: bot_refused: origin_not_allowed' }), turn('x', 4)],
      },
      { title: 'a bot with allowed origins starts', turns: [turn('oi', 0)] },
    ],
  },
  {
    recording: 'prefilled',
    scenarios: [
      ...[0, 1].map((index) => ({ title: `start ${index} is answered`, turns: [turn('oi', index)] })),
      ...refusals([2, 3, 4], 'dead: bot_refused: input_validation_failed'),
    ],
  },
  {
    recording: 'registering',
    scenarios: [],
    left: [[[0, 1, 2], 'a start is never only registering: the first answer to a flow that shows nothing would never come']],
  },
  {
    recording: 'remember',
    scenarios: [
      { title: 'a remembered name stands in the question', turns: [turn('oi', 0), turn('Ana', 1), turn('oi', 2)] },
      { title: 'a name not remembered does not', turns: [turn('oi', 3)] },
    ],
  },
  {
    recording: 'starts-with-input',
    scenarios: [
      {
        title: 'the first message is the answer to a question nobody has read',
        turns: [turn('first answer', [0, 1]), turn('second answer', 2)],
      },
    ],
    left: [[[3, 4, 5], 'no message in a start: it can make a flow that shows nothing run for ever']],
  },
  { recording: 'uploads', scenarios: [], left: [[[0], 'files are not uploaded to Typebot: their addresses are sent']] },
  ...walks,
];

function refused(exchange: number, final: string): Scenario {
  return { title: `the refusal of exchange ${exchange} ends the event, with its reason`, turns: [turn('oi', exchange, { final })] };
}

function refusals(exchanges: number[], final: string): Scenario[] {
  return exchanges.map((exchange) => refused(exchange, final));
}

/** Twelve chats, each a start and one address. */
function fileScenes(): Scenario[] {
  const asDocument = (url: string) => ({ contentType: 'document', content: { url, mimetype: 'application/pdf', fileName: 'a.pdf' } });
  const said = [
    asDocument('https://media.example.com/document.pdf'),
    asDocument('http://typebot.example.com/a.pdf'),
    asDocument('http://minio/a.pdf'),
    asDocument('http://minio:9000/bucket/a.pdf'),
    asDocument('http://10.0.0.5:9000/a.pdf'),
    'https://example.com/a b.pdf',
    asDocument('https://example.com/a%20b.pdf'),
    asDocument('https://example.com/a'),
    'ftp://example.com/a.pdf',
    'data:image/png;base64,AAAA',
    'example.com/a.pdf',
    asDocument('https://example.com/a.pdf?X-Amz-Signature=1&x=2'),
  ];
  return said.map((says, index) => ({
    title: `the address ${typeof says === 'string' ? says : says.content.url} goes as it is`,
    turns: [turn('oi', 2 * index), turn(says, 2 * index + 1)],
  }));
}
