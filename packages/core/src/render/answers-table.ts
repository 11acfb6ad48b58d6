import { readAnswer, type Answer } from '../answer.ts';
import type { BotInput } from '../bot.ts';
import type { InboundContent } from '../inbound.ts';
import { settingsSchema } from '../settings.ts';
import { table } from './markdown-table.ts';

const url = 'https://…/f.png';
const media = (kind: 'image' | 'audio'): InboundContent => ({
  kind: 'media',
  media: kind,
  url,
  caption: kind === 'image' ? 'caption' : '',
  fileName: null,
  mimeType: null,
});

/** One of each kind a contact can send. */
const samples: Readonly<Record<string, InboundContent>> = {
  'text “Blue”': { kind: 'text', text: 'Blue' },
  'text “hi”': { kind: 'text', text: 'hi' },
  'tap on a button, row or template button': { kind: 'reply', id: 'i2', title: 'Blue' },
  'image, video, document, sticker': media('image'),
  'voice, audio': media('audio'),
  location: { kind: 'location', latitude: -19.9, longitude: -43.9, name: null, address: null },
  'contact card': { kind: 'contact', cards: [{ name: 'Bob', phones: ['+5511999990000'] }] },
  'cart, answers of a flow': { kind: 'text', text: 'their text' },
  'poll vote': { kind: 'vote', titles: ['Blue'] },
  'files that came together': { kind: 'files', urls: [url, url] },
  'reaction, edit, deletion': { kind: 'signal', signal: 'reaction' },
  'anything unknown': { kind: 'unknown' },
};

const input = (type: string, rest: Partial<BotInput> = {}) => ({ type: 'input' as const, input: { id: 'q', type, ...rest } });
const isEnabled = true;
const items = [
  { id: 'i1', content: 'Red', title: 'Red', paths: [{ id: 'i1', text: 'Red' }] },
  { id: 'i2', content: 'Blue', title: 'Blue', paths: [{ id: 'i2', text: 'Blue' }] },
];

/** One of each group of questions that read alike. */
const pendings = {
  text: input('text input'),
  'text with attachments and clips': input('text input', { options: { attachments: { isEnabled }, audioClip: { isEnabled } } }),
  'number, e-mail, URL, date, time, rating': input('email input'),
  phone: input('phone number input'),
  'choice, pictures, cards': input('choice input', { items }),
  file: input('file input'),
  payment: input('payment input'),
  'embed that waits': { type: 'embed' as const },
  'Webhook block': { type: 'webhook' as const },
};

/** What becomes of each kind of message at each kind of question, found out by asking `readAnswer`. */
export function answersTable(): string {
  const settings = settingsSchema.parse({ locale: 'en' });
  const rows = Object.entries(samples).map(([name, content]) => [
    name,
    ...Object.values(pendings).map((pending) => told(readAnswer({ ...message, content }, pending, settings))),
  ]);
  return table(['', ...Object.keys(pendings)], rows);
}

const message = {
  keyId: 'k',
  fromMe: false,
  sentByApi: false,
  address: '5511999990000@s.whatsapp.net',
  participant: null,
  pushName: '',
  contentType: 'text',
  timestamp: null,
};

function told(answer: Answer): string {
  if (answer.type === 'hold') return `held: \`${answer.reason}\``;
  if (answer.type === 'unmatched') return 'unmatched';
  if (answer.message === null) return 'nothing';
  if (typeof answer.message === 'string') return `\`${answer.message.replaceAll('\n', ' ↵ ')}\``;
  if (answer.message.type === 'audio') return '`audio` with its address';
  return answer.message.type === 'text' && answer.message.attachedFileUrls ? 'attachment, caption as text' : '`command`';
}
