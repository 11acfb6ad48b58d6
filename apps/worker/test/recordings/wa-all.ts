import { byContent, gone } from './reasons.ts';
import { as, type Coverage, turn } from './scenario.ts';

const english = 'Typebot reads English';
const vcard = 'BEGIN:VCARD\nFN:Ana\nTEL;type=CELL;waid=5511999990000:+55 11 99999-0000\nEND:VCARD';
const matched = 'Typebot does not understand it; it is matched here, and the id is sent';

/** The bot with one of everything, each question answered wrong and then right. */
export const waAll: Coverage = {
  recording: 'wa-all',
  scenarios: [
    {
      title: 'one of everything, each question answered wrong and then right',
      turns: [
        turn('oi', 0),
        turn('nope', 1),
        turn('Hello {{pushName}}', 3),
        turn(' Continue ', 4, as('Continue', byContent)),
        turn('a lot', 5, as('a lot', 'the recorded `seventeen` is understood here')),
        turn('17', 6),
        turn('121', 7),
        turn('042x', 8, as('042', 'a text that begins with 0 would be kept whole')),
        turn('not an email', 9),
        turn('ANA@Example.com ', 11, as('ANA@Example.com', 'keyboards add a space after an address, which Typebot refuses (exchange 10)')),
        turn('123', 12),
        turn('call me', 13),
        turn('my number is 11 99999-0000 ok?', 14, as('+5511999990000', 'the country is written')),
        turn('gibberish', 15),
        turn('25/12/2026', 16),
        turn('no time', 17),
        turn('2pm', 18, as('14:00', 'times are written as HH:mm')),
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
        turn('2', 33, as('Picture B', byContent)),
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
    {
      title: 'one of everything, answered by taps, numbers, media and people’s own words',
      turns: [
        turn('oi', 0),
        turn(
          { contentType: 'listResponse', content: { title: 'Continue', singleSelectReply: { selectedRowId: 'b-Intro-14-i0' } } },
          4,
          as('Continue', byContent),
        ),
        turn('42 anos', 8, as('42 anos', 'another age')),
        turn('meu email é ANA@Example.com.', 11, as('ANA@Example.com', 'Typebot wants the address alone')),
        turn({ contentType: 'contact', content: { displayName: 'Ana', vcard } }, 14, as('+5511999990000', 'the phone of a shared contact')),
        turn('25 de dezembro de 2026', 16, as('25 december 2026', english)),
        turn('14h', 18, as('14:00', english)),
        turn('example.com', 20),
        turn('⭐⭐⭐⭐', 23),
        turn(
          { contentType: 'document', content: { url: 'https://example.com/a.pdf', fileName: 'a.pdf', mimetype: 'application/pdf' } },
          26,
          as('https://example.com/a.pdf', 'a WhatsApp message holds one file'),
        ),
        turn('Pular', 28),
        turn('1 3', 30, as('Red, Blue', 'several choices go by their names, as Typebot’s own client sends them')),
        turn(
          { contentType: 'buttonsResponse', content: { selectedButtonId: 'b-Files-7-i1', selectedDisplayText: 'Picture B' } },
          33,
          as('Picture B', byContent),
        ),
        turn('3', 37),
        turn(
          { contentType: 'audioMessage', content: { url: 'https://example.com/voice.ogg', ptt: true, mimetype: 'audio/ogg; codecs=opus' } },
          38,
          as({ type: 'audio', url: 'https://example.com/voice.ogg' }, 'a voice note, where the bot takes clips'),
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
