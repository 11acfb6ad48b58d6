import type { BotInput } from '../src/bot.ts';
import { readInput } from '../src/inputs/index.ts';
import type { Said } from '../src/inputs/input.ts';
import { settingsSchema, type SettingsInput } from '../src/settings.ts';

/** For tests about reading answers: inputs and expected results. */
const settingsOf = (settings: SettingsInput) =>
  settingsSchema.parse({
    locale: 'en',
    hints: { unsupportedMedia: 'Not this.', payment: 'Not here.', rating: '{from} to {to}' },
    ...settings,
  });
export const read = (said: Said | string, input: Partial<BotInput>, settings: SettingsInput = {}) =>
  readInput(
    typeof said === 'string' ? { kind: 'text', text: said } : said,
    { id: 'q1', type: 'text input', ...input },
    settingsOf(settings),
  );
export const sent = (message: unknown) => ({ type: 'send', message });
export const unmatched = (message: string) => ({ type: 'unmatched', message });
export const held = (reason: string, notice: string | null = null) => ({ type: 'hold', reason, notice });
export const unsupported = held('unsupported_media', 'Not this.');

export type Media = Extract<Said, { kind: 'media' }>;
export const media = (kind: Media['media'] = 'image', fields: Partial<Media> = {}): Said => ({
  kind: 'media',
  media: kind,
  url: 'https://x.io/f.png',
  caption: '',
  fileName: null,
  mimeType: null,
  ...fields,
});
export const tap = (id: string, title: string): Said => ({ kind: 'reply', id, title });
export const place: Said = { kind: 'location', latitude: -19.9, longitude: -43.9, name: 'Home', address: null };
export const person: Said = {
  kind: 'contact',
  cards: [
    { name: 'Bob', phones: ['+5511999990000', '+551133334444'] },
    { name: '', phones: ['123'] },
  ],
};
