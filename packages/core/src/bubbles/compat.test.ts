import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { settingsSchema, type SettingsInput } from '../settings.ts';
import { showBubble } from './index.ts';

const show = (markdown: string, compat: SettingsInput['compat'] = { markers: true, commands: true }) =>
  showBubble({ id: 'b1', type: 'text', content: { plainText: markdown } }, settingsSchema.parse({ compat }));
const text = (words: string) => ({ type: 'text', text: words, linkPreview: false });
const shown = (...messages: object[]) => ({ type: 'shown', messages });

test.each<[string, string, string[], string[]]>([
  ['stops the bot', '#{"stopBot":true}', ['pause'], []],
  ['stops the bot, as Ticketz writes it', '#{ "stopbot": "1" }', ['pause'], []],
  ['hands the chat to a queue', '#{"queueId":99}', ['pause'], []],
  ['hands the chat to a person of a queue', '#{\n"queueId":"1",\n"userId":"2"\n}', ['pause'], []],
  ['closes the ticket', '#{"closeTicket":true}', ['close'], []],
  ['ends the session', ' # {"endSession":1} ', ['close'], []],
  ['orders two things', '#{"queueId":1,"closeTicket":true}', ['pause', 'close'], []],
  ['has round quotes', '#{“stopBot”:true}', ['pause'], []],
  ['orders nothing', '#{"stopBot":false,"queueId":"0"}', [], []],
  ['means nothing here', '#{"addTag":3,"note":"VIP"}', [], ['addTag', 'note']],
  ['means something and something else', '#{"tagId":3,"userId":1}', ['pause'], ['tagId']],
])('a command that %s is not shown', (_, words, orders, unknown) => {
  expect(show(words)).toEqual({ type: 'ordered', orders, unknown });
});

test('a command that cannot be read is not shown either, and that is on record', () => {
  expect(show('#{"stopBot":}')).toEqual({ type: 'skipped', reason: 'unreadable_command' });
  expect(show('#{stopBot}')).toEqual({ type: 'skipped', reason: 'unreadable_command' });
});

test.each(['#{promo} today', '# {"stopBot":true} is a command', '#promo', '{"stopBot":true}'])('%j is a text', (words) => {
  expect(show(words)).toEqual(shown(text(words)));
});

test('commands and markers are plain text where the settings do not ask for them', () => {
  expect(show('#{"stopBot":true}', {})).toEqual(shown(text('#{"stopBot":true}')));
  expect(show(list, {})).toEqual(shown(text(list)));
});

const list = `[list]
[title]Menu
[description]What is it about?
[buttonText]Open
[footerText]Acme
[menu]
[section]
title: Sales
[row]
title: New order
description: Buy something
rowId: s1
[row]
title: A row with a title that is too long
rowId: s2
[section]
title: Support
[row]
title: Help
rowId: h1
[/menu]`;

test('Evolution’s list is a list', () => {
  expect(show(`Hello\n${list}`)).toEqual(
    shown(text('Hello'), {
      type: 'list',
      body: '*Menu*\n\nWhat is it about?',
      footer: 'Acme',
      button: 'Open',
      sections: [
        {
          title: 'Sales',
          rows: [
            { id: 's1', title: 'New order', description: 'Buy something' },
            { id: 's2', title: 'A row with a title that…', description: 'A row with a title that is too long' },
          ],
        },
        { title: 'Support', rows: [{ id: 'h1', title: 'Help', description: null }] },
      ],
      fallbackText: '*Menu*\n\nWhat is it about?\n\n• New order: Buy something\n• A row with a title that is too long\n• Help\n\nAcme',
    }),
  );
});

test('what the database cannot hold is left out of markers', () => {
  const written = '[list][buttonText]O\0pen[section]\ntitle: Sa\0les\n[row]\ntitle: New\0 order\nrowId: s\u00001\ndescription: Buy\ud800';
  expect(JSON.stringify(show(written))).not.toMatch(/\\u0000|\\ud800/);
  expect(show(written)).toMatchObject(
    shown({ button: 'Open', sections: [{ title: 'Sales', rows: [{ id: 's1', title: 'New order', description: 'Buy\ufffd' }] }] }),
  );
});

test('tags that are closed are read like those that are not', () => {
  const closed =
    '[list][title]T[/title][description]D[/description][menu][section]title: S\n[row]title: R\nrowId: r[/row][/section][/menu]';
  expect(show(closed)).toMatchObject(
    shown({ type: 'list', body: '*T*\n\nD', button: '☰', sections: [{ title: 'S', rows: [{ id: 'r', title: 'R', description: null }] }] }),
  );
});

test('Evolution’s buttons are buttons, and what they cannot do stands in the text', () => {
  const words = `[buttons]
[thumbnailUrl]https://x.io/a.png
[title]Title
[description]Sure?
[footer]Acme
[reply]
displayText: Yes
id: yes
[reply]
displayText: No
id: no
[url]
displayText: Site
url: https://x.io
[call]
displayText: Call
phone: +551133334444
[pix]
currency: BRL
name: Ana
keyType: email
key: ana@x.io`;
  const body = '*Title*\n\nSure?\n\nSite: https://x.io\nCall: +551133334444\nAna: ana@x.io';
  expect(show(words)).toEqual(
    shown({
      type: 'buttons',
      body,
      footer: 'Acme',
      header: { image: 'https://x.io/a.png' },
      buttons: [
        { id: 'yes', title: 'Yes' },
        { id: 'no', title: 'No' },
      ],
      fallbackText: `${body}\n\n• Yes\n• No\n\nAcme`,
    }),
  );
});

test('a button that only copies is a text', () => {
  expect(show('[buttons][title]Pix[copy]\ndisplayText: Code\ncopyCode: 0002012')).toEqual(shown(text('*Pix*\n\nCode: 0002012')));
});

const row = (n: number) => `[row]\ntitle: Row ${n}\nrowId: r${n}\n`;
test.each([
  ['more rows than WhatsApp takes', `[list][title]T[menu][section]${Array.from({ length: 11 }, (_, n) => row(n)).join('')}`],
  ['twice the same id', `[list][title]T[menu][section]${row(1)}${row(1)}`],
  ['an id with a space', `[list][title]T[menu][section][row]\ntitle: A\nrowId: a b`],
  ['more buttons than WhatsApp takes', `[buttons][title]T${[1, 2, 3, 4].map((n) => `[reply]\ndisplayText: B${n}\nid: ${n}\n`).join('')}`],
  ['a footer too long', `[list][title]T[footerText]${'f'.repeat(61)}[menu][section]${row(1)}`],
])('%s makes a text that names the options', (_, words) => {
  expect(show(words)).toMatchObject(shown({ type: 'text', text: expect.stringMatching(/^\*T\*\n\n• /) }));
});

test.each(['[list]', 'say [buttons] to me', '[list][title]T[menu][section]'])('%j, which offers nothing, is a text', (words) => {
  expect(show(words)).toEqual(shown(text(words)));
});

test('takes any text', () => {
  const part = fc.constantFrom(
    '[list]',
    '[buttons]',
    '[row]',
    '[reply]',
    '[section]',
    '[/menu]',
    '\n',
    'title: a',
    'rowId: 1',
    'id: x',
    '#{',
    '}',
    '"',
    ' ',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(part, fc.string()), { maxLength: 20 }), (parts) => {
      expect(show(parts.join('')).type).toMatch(/^(?:shown|skipped|ordered)$/);
    }),
  );
});
