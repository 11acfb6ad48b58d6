import {
  askFile,
  askNumber,
  askText,
  buttons,
  embedWaiting,
  goTo,
  image,
  jump,
  listenForWebhook,
  log,
  script,
  set,
  setOnClient,
  text,
  variableId,
  wait,
  when,
} from '../blocks.ts';

import type { BotScript } from '../script.ts';
import { richTexts, sayAll, seven } from './texts.ts';
import { recordedWaAll } from './wa-all.ts';

const momentOfTheDay = [
  'const now = new Date()',
  "if(now.getHours() < 12) return 'morning'",
  "if(now.getHours() >= 12 && now.getHours() < 18) return 'afternoon'",
  "if(now.getHours() >= 18) return 'evening'",
  "if(now.getHours() >= 22 || now.getHours() < 6) return 'night'",
].join('\n        ');

/** The bots of `recordings/`, written again. The replay tests hold them against what the real ones said. */
export const recordedBots = {
  'wa-echo': {
    variables: [...seven, 'msg', 'n'],
    groups: {
      Hi: [sayAll, set('n', '0'), text('Say something ("sair" ends):'), goTo('Ask')],
      Ask: [
        askText({ save: 'msg', options: { labels: { placeholder: 'Type...' } } }),
        set('n', ({ n }) => String(Number(n) + 1)),
        when(({ msg }) => msg === 'sair', 'End'),
        goTo('Echo'),
      ],
      Echo: [text('#{{n}} You said: {{msg}}'), goTo('Ask')],
      End: [text('Bye after {{n}} messages')],
    },
  },

  'wa-buttons': {
    variables: [...seven, 'choice'],
    groups: {
      Menu: [
        text('Menu'),
        buttons(
          [
            { content: 'Sales', goTo: 'Sales' },
            { content: 'Support', goTo: 'Support' },
            { content: '3', goTo: 'Three' },
            { content: 'Human', value: 'human-agent', goTo: 'Human' },
          ],
          { save: 'choice' },
        ),
        goTo('Default'),
      ],
      Sales: [text('sales: {{choice}}'), goTo('Menu')],
      Support: [text('support: {{choice}}'), goTo('Menu')],
      Three: [text('three: {{choice}}'), goTo('Menu')],
      Human: [text('human: {{choice}}')],
      Default: [text('default: {{choice}}'), goTo('Menu')],
    },
  },

  'wa-file': {
    variables: ['file'],
    groups: {
      A: [
        text('File?'),
        askFile({ save: 'file', options: { isRequired: true, isMultipleAllowed: true } }),
        text('file={{file}}'),
        askText(),
      ],
    },
  },

  'wa-no-input': {
    variables: seven,
    groups: { Only: [sayAll, text('One'), text('Two'), image('https://media.example.com/image.png'), text('The end')] },
  },
  'wa-empty': { groups: {} },
  'wa-silent': { variables: ['x'], groups: { A: [set('x', '1')] } },

  'wa-starts-with-input': {
    variables: ['msg', 'next'],
    groups: { Go: [askText({ save: 'msg' }), text('First: {{msg}}'), askText({ save: 'next' }), text('Then: {{next}}')] },
  },

  'wa-invalid': {
    variables: ['n'],
    settings: { general: { systemMessages: { invalidMessage: 'Não entendi, tente de novo.' } } },
    groups: {
      Q: [text('Number?'), askNumber({ save: 'n', options: { min: 1, max: 10 } }), text('n={{n}}'), goTo('C')],
      C: [text('Choose'), buttons(['A', 'B']), text('done')],
    },
  },

  'wa-events': {
    variables: ['n', 'said', 'where', 'kind'],
    commands: { menu: 'Menu' },
    invalidReply: { group: 'Bad', saveReply: 'said', saveInputName: 'where', saveInputType: 'kind' },
    groups: {
      Q: [text('Number?'), askNumber({ id: 'b-num', save: 'n' }), text('n={{n}}')],
      Bad: [text('"{{said}}" is not valid for {{where}} ({{kind}})')],
      Menu: [text('This is the menu, reached by the command'), text('Again: number?'), jump('Q', 'b-num')],
    },
  },

  'wa-client-actions': {
    variables: [...seven, 'x', 'ans', 'day'],
    groups: {
      A: [
        text('before script'),
        script(`console.log("hi ${variableId('pushName')}")`, [{ id: variableId('pushName'), value: '{{pushName}}' }]),
        text('after script, before client set variable'),
        setOnClient('x', 'return 40 + 2'),
        text('x={{x}}; before paused wait'),
        wait(1, { pauses: true }),
        text('after paused wait; ans?'),
        askText({ save: 'ans' }),
        setOnClient('day', momentOfTheDay, { isCode: false }),
        text('day={{day}}; webhook now'),
        listenForWebhook(),
        text('webhook done'),
      ],
    },
  },

  'wa-embed-event': {
    variables: ['data'],
    groups: {
      A: [text('embed next'), embedWaiting('https://example.com/w', { name: 'done', save: 'data', height: 300 }), text('data={{data}}')],
    },
  },

  'wa-remember': {
    variables: ['name'],
    settings: { general: { rememberUser: { isEnabled: true, storage: 'local' } } },
    groups: { A: [text('name is [{{name}}]. Name?'), askText({ save: 'name' }), text('hello {{name}}')] },
  },

  'wa-origins': { allowedOrigins: ['https://allowed.example'], groups: { A: [text('hi'), askText(), text('end')] } },

  'wa-rich': {
    variables: [...seven, 'msg'],
    groups: {
      A: [...richTexts, text(''), text('{{pushName}}'), text('Say something'), askText({ save: 'msg' }), text('You said: {{msg}}')],
    },
  },

  'wa-script': {
    variables: ['out'],
    groups: {
      A: [set('out', null), set('out', 'server 1'), text('out={{out}}'), jump('Z')],
      Z: [text('jumped'), askText(), text('end')],
    },
  },

  'wa-strike': {
    groups: {
      A: [text([{ type: 'p', children: [{ text: 'this is ' }, { text: 'gone', strikethrough: true }] }]), askText(), text('end')],
    },
  },

  'wa-http-fails': {
    variables: ['r'],
    groups: {
      A: [
        text('calling'),
        log('Security validation failed: Access to loopback addresses (127.0.0.0/8) is not allowed for security reasons.'),
        text('called'),
        askText({ save: 'r' }),
        text('end'),
      ],
    },
  },

  'wa-closed': {
    availability: 'closed',
    settings: { general: { systemMessages: { botClosed: 'Estamos fechados.' } } },
    groups: {},
  },
  'wa-closed-default': { availability: 'closed', groups: {} },
  'wa-suspended': { availability: 'suspended', groups: {} },
  'wa-corrupt': { availability: 'corrupt', groups: {} },

  'wa-all': recordedWaAll,
} satisfies Record<string, BotScript>;
