import { text } from '../blocks.ts';
import type { RichNode } from '../rich-text.ts';

/** What every recorded bot is given at start. */
export const seven = ['instanceInstanceId', 'keyRemoteJid', 'keyId', 'contentType', 'messageId', 'pushName', 'businessId'];

export const sayAll = text(seven.map((name) => ({ type: 'p', children: [{ text: `${name}={{${name}}}` }] })));

export const p = (...children: RichNode[]): RichNode => ({ type: 'p', children });
export const item = (label: string, ...nested: RichNode[]): RichNode => ({
  type: 'li',
  children: [{ type: 'lic', children: [{ text: label }] }, ...nested],
});
export const link = (url: string, label: string): RichNode => ({ type: 'a', url, children: [{ text: label }] });

export const richTexts = [
  text([
    p(
      { text: 'Plain, ' },
      { text: 'bold', bold: true },
      { text: ', ' },
      { text: 'italic', italic: true },
      { text: ', ' },
      { text: 'underline', underline: true },
      { text: ', ' },
      { text: 'bold italic', bold: true, italic: true },
      { text: ', ' },
      { text: 'code', code: true },
      { text: '.' },
    ),
  ]),
  text([
    p({ text: 'bold with trailing space ', bold: true }, { text: 'then text; ' }, { text: ' leading space', bold: true }, { text: ' end' }),
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
    { type: 'ul', children: [item('bullet one'), item('bullet two', { type: 'ul', children: [item('nested')] })] },
    { type: 'ol', children: [item('number one'), item('number two')] },
  ]),
  text('Special * _ ~ ` # characters < > & "quotes"'),
];
