import type { InboundEvent, OutboundReply } from '@typelane/core';
import {
  inboundButtonReply,
  inboundContact,
  inboundListReply,
  inboundMedia,
  inboundText,
  recordedBots,
  startFakeTypebot,
  waitUntil,
} from '@typelane/testkit';
import { expect, test } from 'vitest';
import { startPipeline } from './harness.ts';
import { finalOf } from './tables.ts';

/**
 * A contact who sees only what WhatsApp shows and sends only what WhatsApp sends completes a bot with every kind of block, at a Typebot
 * that checks every answer as the real one does: each answer is accepted the first time.
 */
const chat = { instanceId: 'whatsapp-only', jid: '5511999990000@s.whatsapp.net' };
const file = 'https://media.example.com';

type Says = (shown: OutboundReply | undefined) => InboundEvent;

const writes =
  (text: string): Says =>
  () =>
    inboundText({ ...chat, text });
const sends =
  (media: Parameters<typeof inboundMedia>[0]['media'], name: string, caption?: string): Says =>
  () =>
    inboundMedia({ ...chat, media, url: `${file}/${name}`, fileName: name, ...(caption !== undefined && { caption }) });

/** Taps what is on the screen. */
const taps =
  (title: string): Says =>
  (shown) => {
    for (const message of shown?.messages ?? []) {
      const button = message.type === 'buttons' ? message.buttons.find((one) => one.title === title) : undefined;
      if (button) return inboundButtonReply({ ...chat, ...button });
      const rows = message.type === 'list' ? message.sections.flatMap((section) => section.rows) : [];
      const row = rows.find((one) => one.title === title);
      if (row) return inboundListReply({ ...chat, id: row.id, title });
    }
    throw new Error(`There is no ${title} to tap in ${JSON.stringify(shown?.messages)}`);
  };

/** Answers with the number shown before `option`. */
const picks =
  (...options: string[]): Says =>
  (shown) => {
    const screen = (shown?.messages ?? []).map((message) =>
      'caption' in message ? message.caption : 'text' in message ? message.text : '',
    );
    const numbers = options.map((option) => {
      const number = new RegExp(`^(\\d+)\\. \\*?${option}\\*?$`, 'mu').exec(screen.join('\n'))?.[1];
      if (number === undefined) throw new Error(`There is no ${option} in ${screen.join('\n')}`);
      return number;
    });
    return inboundText({ ...chat, text: numbers.join(' ') });
  };

const walk: [says: Says, isAnswered: string | RegExp][] = [
  [writes('oi'), 'Pick one:'],
  [taps('Hello Ana'), 'You chose Hello Ana. How old are you? (18-120)'],
  [writes('42 anos'), /Double of 42 is 84[^]*Your email\?/],
  [writes('meu email é Ana@Example.com '), 'Your phone?'],
  [() => inboundContact({ ...chat, name: 'Ana', phone: '+55 11 99999-0000' }), 'A date? (dd/MM/yyyy)'],
  [writes('25 de dezembro de 2026'), 'A time?'],
  [writes('14h30'), 'Your site?'],
  [writes('é https://example.com'), /^Rate us 1-5/],
  [writes('⭐⭐⭐⭐'), /Glad! stars=4[^]*Send a file \(required\)/],
  [sends('document', 'document.pdf'), /^Got https:\/\/media\.example\.com\/document\.pdf\. More files\?/],
  [writes('Pular'), /^Several options:/],
  [picks('Red', 'Blue'), /^multi=Red, Blue\. Pick a picture:/],
  [picks('Picture B'), /^picture=Picture B\. Cards:/],
  [picks('Buy B'), /After the wait\. Any last words\?/],
  [sends('image', 'photo.png', 'last words'), /note=last words files=.*photo\.png[^]*Bye Ana/],
];

test('a contact on WhatsApp reaches the end of a bot with every kind of block, and no answer is refused', async () => {
  const typebot = await startFakeTypebot({ bots: { all: recordedBots['wa-all'] } });
  const pipeline = await startPipeline({ typebots: [typebot.url] });
  try {
    await pipeline.register({ instanceId: chat.instanceId, url: typebot.url, publicId: 'all' });
    for (const [index, [says, answered]] of walk.entries()) {
      await pipeline.publish(says(pipeline.consumer.replies().at(-1)));
      const outcomes = await pipeline.tables.handled(chat.instanceId, index + 1);
      expect(outcomes.map(finalOf)).toEqual(outcomes.map(() => 'answered'));
      const shown = await waitUntil(() => pipeline.consumer.replies().at(index), { what: `reply ${index}` });
      expect(wordsOf(shown)).toEqual(typeof answered === 'string' ? expect.stringContaining(answered) : expect.stringMatching(answered));
    }
    expect(await pipeline.tables.sessions(chat.instanceId)).toMatchObject([{ status: 'closed', reason: 'completed' }]);
    expect(pipeline.consumer.breaches).toEqual([]);
    typebot.assertClean();
  } finally {
    await pipeline.close();
    await typebot.close();
  }
});

function wordsOf({ messages }: OutboundReply): string {
  return messages.map((message) => ('body' in message ? message.body : 'text' in message ? message.text : '')).join('\n');
}
