import { byId, gone } from './reasons.ts';
import { as, type Coverage, turn } from './scene.ts';

const matched = 'Typebot does not understand it; it is matched here, and the id is sent';

/** The bot with one of everything, each question answered wrong and then right. */
export const waAll: Coverage = {
  recording: 'wa-all',
  scenes: [
    {
      title: 'one of everything, each question answered wrong and then right',
      turns: [
        turn('oi', 0),
        turn('nope', 1),
        turn('Hello {{pushName}}', 3),
        turn(' Continue ', 4, as('b-Intro-14-i0', byId)),
        turn('seventeen', 5),
        turn('17', 6),
        turn('121', 7),
        turn('042x', 8),
        turn('not an email', 9),
        turn('ANA@Example.com ', 11, as('ANA@Example.com', 'keyboards add a space after an address, which Typebot refuses (exchange 10)')),
        turn('123', 12),
        turn('call me', 13),
        turn('my number is 11 99999-0000 ok?', 14),
        turn('gibberish', 15),
        turn('25/12/2026', 16),
        turn('no time', 17),
        turn('2pm', 18),
        turn('not a url', 19),
        turn('example.com', 20),
        turn('9', 21),
        turn('abc', 22),
        turn('4', 23),
        turn('no url here', 24),
        turn('https://example.com/a.pdf, https://example.com/b.pdf', 26),
        turn('text', 27),
        turn('skip it', 28),
        turn('Purple', 29),
        turn('1, 3', 30, as('Red, Blue', 'several choices go by their names, as Typebot’s own client sends them')),
        turn('Picture Z', 31),
        turn('2', 33, as('b-Files-7-i1', byId)),
        turn('Buy Z', 34),
        turn('Buy B', 37),
        turn(
          { contentType: 'image', content: { url: 'https://example.com/x.png', caption: 'last words', mimetype: 'image/png' } },
          38,
          as({ type: 'text', text: 'last words', attachedFileUrls: ['https://example.com/x.png'] }, 'a WhatsApp message holds one file'),
        ),
        turn('after the end', 0),
      ],
    },
  ],
  left: [
    [[2, 32, 35, 36], matched],
    [[10], 'the space is taken away before it is sent'],
    [[25], 'nothing is never sent to a file input that is required'],
    [[39], gone],
  ],
};
