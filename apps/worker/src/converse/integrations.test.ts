import { defaultSettings } from '@typelane/core';
import { expect, test } from 'vitest';
import { readSettings } from './integrations.ts';

const known = { errorMessage: 'Try later', trigger: { type: 'keyword', operator: 'equals', value: 'hi' }, debounceMs: 500 };

test.each<[what: string, stored: unknown, dropped: string[], kept: object]>([
  ['has nothing new', known, [], known],
  ['has a new setting', { ...known, moods: { happy: true } }, ['moods'], known],
  ['has two of them', { ...known, moods: 1, tone: 'kind' }, ['moods', 'tone'], known],
  ['has a new field in a group', { ...known, keywords: { finish: ['bye'], shout: ['hey'] } }, ['keywords.shout'], known],
  ['has a value that is new', { ...known, delivery: 'exactly-once' }, ['delivery'], known],
  [
    'has a new kind of trigger',
    { ...known, trigger: { type: 'telepathy' } },
    ['trigger.type', 'trigger'],
    { ...known, trigger: { type: 'all' } },
  ],
  [
    'has a flow of a new kind among others',
    {
      ...known,
      flows: [
        { publicId: 'a', trigger: { type: 'dream' } },
        { publicId: 'b', trigger: known.trigger },
      ],
    },
    ['flows.0.trigger.type', 'flows.0.trigger', 'flows.0'],
    { ...known, flows: [{ publicId: 'b' }] },
  ],
  [
    'has entries of another kind in lists',
    { ...known, ignoreJids: [7, '5531999990000@s.whatsapp.net', 8, '5531*'] },
    ['ignoreJids.2', 'ignoreJids.0'],
    { ...known, ignoreJids: ['5531999990000@s.whatsapp.net', '5531*'] },
  ],
  ['is no settings at all', 'none', ['everything'], defaultSettings],
])('if a newer version of the settings %s, the known ones apply', (_, stored, dropped, kept) => {
  const read = readSettings(stored);
  expect([...new Set(read.dropped)]).toEqual(dropped);
  expect(read.settings).toMatchObject(kept);
  expect(readSettings(read.settings).dropped).toEqual([]);
});

test('reading settings does not change the stored ones', () => {
  const stored = { ...known, moods: 1 };
  readSettings(stored);
  expect(stored.moods).toBe(1);
});
