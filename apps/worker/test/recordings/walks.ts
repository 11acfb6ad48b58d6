import { gone } from './reasons.ts';
import { as, type Coverage, turn } from './scenario.ts';
import { waAll } from './wa-all.ts';

const noFormat = 'no textBubbleContentFormat: richText is the default of every request, and markdown fails on strikethrough';

const richText = (message: string) => as(message, noFormat);

/** The recorded walks through whole bots. */
export const walks: Coverage[] = [
  waAll,
  {
    recording: 'wa-all.markdown',
    scenarios: [{ title: 'a start that fails is made once more', turns: [turn('oi', [0, 0], { final: 'dead: bot_failed: http_500' })] }],
  },
  {
    recording: 'wa-client-actions',
    scenarios: [
      {
        title: 'what only a browser could do is answered with nothing, and nobody speaks in place of a webhook',
        turns: [turn('oi', [0, 1, 2]), turn('A typed answer', [3, 4]), turn('hello?', [], { final: 'ignored: webhook_pending' })],
      },
    ],
    left: [
      [[5], 'only the system that a Webhook block waits for may go on'],
      [[6], gone],
    ],
  },
  {
    recording: 'wa-embed-event',
    scenarios: [{ title: 'an embed that waits takes the next text', turns: [turn('oi', 0), turn('one more after the end', 1)] }],
  },
  {
    recording: 'wa-empty',
    scenarios: [{ title: 'a bot without a flow says nothing', turns: [turn('oi', 0), turn('oi', 0)] }],
    left: [[[1], gone]],
  },
  {
    recording: 'wa-http-fails',
    scenarios: [{ title: 'a failed integration does not end a flow', turns: [turn('oi', 0), turn('A typed answer', 1)] }],
    left: [[[2], gone]],
  },
  {
    recording: 'wa-long',
    scenarios: [{ title: 'thirty bubbles and one too long for WhatsApp arrive whole', turns: [turn('oi', 0), turn('A typed answer', 1)] }],
    left: [[[2], gone]],
  },
  {
    recording: 'wa-no-input',
    scenarios: [{ title: 'a bot that only speaks speaks once a message', turns: [turn('oi', 0), turn('oi', 0)] }],
    left: [[[1], gone]],
  },
  {
    recording: 'wa-progress',
    scenarios: [
      { title: 'a progress bar is nothing to WhatsApp', turns: [turn('oi', 0), turn('A typed answer', 1), turn('A typed answer', 2)] },
    ],
    left: [[[3], gone]],
  },
  {
    recording: 'wa-rich.markdown',
    scenarios: [
      {
        title: 'texts that come as Markdown all the same are shown',
        turns: [turn('oi', 0), turn('**hey** _you_ ~x~', 1, richText('**hey** _you_ ~x~'))],
      },
    ],
  },
  {
    recording: 'wa-rich.richText',
    scenarios: [
      { title: 'rich text becomes WhatsApp text', turns: [turn('oi', 0), turn('**hey** _you_ ~x~', 1, richText('**hey** _you_ ~x~'))] },
    ],
  },
  {
    recording: 'wa-script',
    scenarios: [{ title: 'scripts of the server need nothing from us', turns: [turn('oi', 0), turn('A typed answer', 1)] }],
    left: [[[2], gone]],
  },
  {
    recording: 'wa-strike.markdown',
    scenarios: [{ title: 'a start that fails is made once more', turns: [turn('oi', [0, 0], { final: 'dead: bot_failed: http_500' })] }],
    left: [[[1], 'the session of a start that failed is not known to anybody']],
  },
  {
    recording: 'wa-strike.richText',
    scenarios: [{ title: 'struck text stays struck', turns: [turn('oi', 0), turn('**hey** _you_ ~x~', 1, richText('**hey** _you_ ~x~'))] }],
  },
];
