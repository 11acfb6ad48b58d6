import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { withoutSecrets } from '../secret-settings.ts';
import {
  defaultSettings,
  futileIn,
  inputJsonSchema,
  type JsonSchema,
  mergeSettings,
  type SettingsChange,
  settingGroups,
  settingsChangeSchema,
  settingsSchema,
  type SettingsInput,
  shownSettingsSchema,
} from '../index.ts';

type Described = JsonSchema & { 'x-unit'?: string };

/** Every setting by its path: the fields of the value, and those of its groups. */
const settings = fieldsOf(inputJsonSchema(settingsSchema)).flatMap(([name, field]) => {
  const inner = groupIn(field);
  return inner
    ? fieldsOf(inner).map(([part, one]): [string, Described] => [`${name}.${part}`, one])
    : [[name, field] as [string, Described]];
});

function fieldsOf(schema: Described): [string, Described][] {
  return Object.entries(schema.properties ?? {}) as [string, Described][];
}

function groupIn(field: Described): Described | undefined {
  return [field, ...((field.anyOf ?? []) as Described[])].find(({ properties }) => properties !== undefined);
}

const at = (path: string, value: unknown): SettingsInput =>
  path.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as SettingsInput;

test.each(settings)('%s has a description and valid examples', (path, { description, examples = [] }) => {
  expect(description).toMatch(/^\S.*\.$/s);
  expect(examples).not.toEqual([]);
  for (const example of examples) {
    // The other fields of a transcription do nothing without a service.
    const needs = path.startsWith('transcription.') ? { transcription: { url: 'https://stt.example.com' } } : {};
    expect(settingsSchema.safeParse(mergeSettings(needs, at(path, example))).error?.issues).toBeUndefined();
  }
});

test.each(settings.filter(([, { type }]) => type === 'number' || type === 'integer'))('%s names its unit', (_path, field) => {
  expect(field['x-unit']).toMatch(/./);
});

test('every example is valid, also in lists and triggers', () => {
  const judged = schemasIn(settingsSchema).flatMap((schema) => {
    const examples = z.globalRegistry.get(schema)?.['examples'];
    return Array.isArray(examples) ? examples.map((example: unknown) => ({ example, fits: z.safeParse(schema, example).success })) : [];
  });
  expect(judged.length).toBeGreaterThan(settings.length);
  expect(judged.filter(({ fits }) => !fits)).toEqual([]);
});

/** A schema and all schemas within it. */
function schemasIn(schema: z.core.$ZodType): z.core.$ZodType[] {
  return [schema, ...partsOf(schema).flatMap(schemasIn)];
}

function partsOf(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodObject) return Object.values(schema.shape);
  if (schema instanceof z.ZodArray) return [schema.element];
  if (schema instanceof z.ZodUnion) return schema.options;
  if (schema instanceof z.ZodPipe) return [schema.in];
  const wraps = [z.ZodDefault, z.ZodPrefault, z.ZodOptional, z.ZodNullable].some((wrapper) => schema instanceof wrapper);
  return wraps ? [(schema as z.ZodOptional).unwrap()] : [];
}

test('the groups are exactly the settings with fields', () => {
  const groups = fieldsOf(inputJsonSchema(settingsSchema)).flatMap(([name, field]) => (groupIn(field) ? [name] : []));
  expect(groups.toSorted()).toEqual([...settingGroups].toSorted());
});

test('parsing the defaults again changes nothing', () => {
  expect(settingsSchema.parse(defaultSettings)).toEqual(defaultSettings);
});

describe('a keyword', () => {
  const keywords = (given: SettingsInput['keywords']) => settingsSchema.parse({ keywords: given }).keywords;
  const problems = (given: object) =>
    settingsSchema.safeParse({ keywords: given }).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);

  test('is a word, or a word with an answer', () => {
    expect(keywords({ finish: ['sair', { word: 'stop' }, { word: 'fim', answer: 'Até logo.' }] }).finish).toEqual([
      { word: 'sair', answer: null },
      { word: 'stop', answer: null },
      { word: 'fim', answer: 'Até logo.' },
    ]);
  });

  test('can be parsed again in the form it is shown', () => {
    const shown = settingsSchema.parse({ keywords: { finish: ['sair', { word: 'fim', answer: 'Até logo.' }] } });
    expect(settingsSchema.parse(shown)).toEqual(shown);
    expect(z.encode(shownSettingsSchema, withoutSecrets(shown) as z.infer<typeof shownSettingsSchema>).keywords).toEqual(shown.keywords);
  });

  test('may be in one list only, however it is written', () => {
    expect(problems({ finish: ['fim', 'Não'], restart: ['de novo'], resume: [{ word: ' nao ', answer: 'x' }] })).toEqual([
      'keywords.resume.0: a word that stands in one list of `keywords`, and " nao " is in `finish` too',
    ]);
    expect(problems({ finish: ['nao', 'Não'], restart: ['sim'] })).toBeUndefined();
  });

  test.each([[''], ['   '], ['x'.repeat(257)]])('cannot be %j', (word) => {
    expect(problems({ pause: [word] })).toHaveLength(1);
    expect(problems({ pause: [{ word }] })).toHaveLength(1);
  });
});

test.each([
  ['5531999999999@s.whatsapp.net', true],
  ['5531999999999@c.us', true],
  ['120363000000000000@g.us', true],
  ['@g.us', true],
  ['@s.whatsapp.net', true],
  ['@lid', true],
  ['5531*', true],
  ['*', true],
  ['5531999999999', false],
  ['*99', false],
  ['55*31*', false],
  ['@c.us', false],
  ['Ana', false],
])('an entry %s in the lists of chats is useful: %s', (entry, isUseful) => {
  expect(futileIn({ ignoreJids: [entry] }).map(({ path }) => path)).toEqual(isUseful ? [] : [['ignoreJids', 0]]);
  expect(futileIn({ allowJids: ['@g.us', entry] }).map(({ path }) => path)).toEqual(isUseful ? [] : [['allowJids', 1]]);
});

test('a keyword of spaces only is useless, a pattern of a space is not', () => {
  const blank = { type: 'keyword' as const, value: '  ' };
  expect(
    futileIn({
      trigger: blank,
      flows: [
        { publicId: 'a', trigger: { ...blank, operator: 'regex' } },
        { publicId: 'b', trigger: blank },
      ],
    }),
  ).toEqual([
    { path: ['trigger', 'value'], expected: 'text with a word in it' },
    { path: ['flows', 1, 'trigger', 'value'], expected: 'text with a word in it' },
  ]);
});

test('a stored value that would be refused today is still read', () => {
  const before = { ignoreJids: ['Ana'], trigger: { type: 'keyword' as const, value: ' ' }, locale: 'en' as const };
  expect(settingsSchema.parse(before)).toMatchObject({ locale: 'en' });
});

describe('a trigger', () => {
  const problems = (trigger: object) =>
    settingsSchema.safeParse({ trigger }).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);

  test.each<[{ type: 'advanced'; value: string }, unknown[] | undefined]>([
    [{ type: 'advanced', value: 'contains:a' }, undefined],
    [{ type: 'advanced', value: 'contains:' }, [expect.stringMatching(/^trigger\.value: a filter without an empty value/)]],
    [{ type: 'advanced', value: 'price' }, [expect.stringMatching(/^trigger\.value: a filter that begins with an operator/)]],
    [{ type: 'advanced', value: '' }, [expect.stringMatching(/^trigger\.value: Too small/)]],
  ])('%j is checked when it is saved', (trigger, expected) => {
    expect(problems(trigger)).toEqual(expected);
    const inFlow = settingsSchema.safeParse({
      flows: [
        { publicId: 'a', trigger: { type: 'none' } },
        { publicId: 'b', trigger },
      ],
    });
    expect(inFlow.success).toBe(expected === undefined);
    if (!inFlow.success) expect(inFlow.error.issues[0]?.path).toEqual(['flows', 1, 'trigger', 'value']);
  });

  test('may be the same in two flows', () => {
    const trigger = { type: 'keyword' as const, value: 'menu' };
    const flows = [
      { publicId: 'a', trigger },
      { publicId: 'b', trigger },
    ];
    expect(settingsSchema.safeParse({ flows }).success).toBe(true);
  });
});

describe('a change', () => {
  const stored: SettingsInput = {
    trigger: { type: 'keyword', operator: 'contains', value: 'menu' },
    flows: [{ publicId: 'sales', trigger: { type: 'all' } }],
    keywords: { finish: ['sair'], restart: ['menu'] },
    typing: { speed: 300, enabled: true },
    variables: { a: '1' },
    transcription: { url: 'https://stt.example.com', prefix: '[audio] ', apiKey: 'key' },
    expireMessage: 'Bye.',
  };

  test.each<[string, SettingsChange, SettingsInput]>([
    ['a trigger of another type', { trigger: { type: 'none' } }, { trigger: { type: 'none' } }],
    ['flows', { flows: [] }, { flows: [] }],
    ['one list of keywords, whole', { keywords: { finish: ['fim'] } }, { keywords: { finish: ['fim'], restart: ['menu'] } }],
    ['one field of a group', { typing: { speed: 200 } }, { typing: { speed: 200, enabled: true } }],
    ['one field of a group that was not there', { pause: { resumeAfterMinutes: 5 } }, { pause: { resumeAfterMinutes: 5 } }],
    ['variables, whole', { variables: { b: '2' } }, { variables: { b: '2' } }],
    ['a text, to nothing', { expireMessage: null }, { expireMessage: null }],
    [
      'one field of the transcription',
      { transcription: { prefix: '' } },
      { transcription: { url: 'https://stt.example.com', prefix: '', apiKey: 'key' } },
    ],
  ])('replaces %s and nothing else', (_what, change, changed) => {
    expect(settingsChangeSchema.safeParse(change).error?.issues).toBeUndefined();
    const merged = mergeSettings(stored, change);
    expect(merged).toEqual({ ...stored, ...changed });
    expect(settingsSchema.safeParse(merged).success).toBe(true);
  });

  test.each(settingGroups.map((name) => [name]))('returns the group %s to its defaults with null', (name) => {
    const change = { [name]: null };
    expect(settingsChangeSchema.safeParse(change).error?.issues).toBeUndefined();
    const merged = mergeSettings(stored, change);
    expect(merged).not.toHaveProperty(name);
    expect(settingsSchema.parse(merged)[name]).toEqual(defaultSettings[name]);
  });

  test('adds a transcription and removes it again', () => {
    const set = mergeSettings({ transcription: null }, { transcription: { url: 'https://stt.example.com' } });
    expect(settingsSchema.parse(set).transcription).toMatchObject({ url: 'https://stt.example.com', model: 'whisper-1', apiKey: null });
    expect(settingsSchema.parse(mergeSettings(set, { transcription: null })).transcription).toBeNull();
  });

  test('that leaves a transcription without a service, or a keyword in two lists, is found in the merged settings', () => {
    const issuesOf = (before: SettingsInput, change: SettingsChange) =>
      settingsSchema.safeParse(mergeSettings(before, change)).error?.issues.map(({ path }) => path.join('.'));
    expect(issuesOf({}, { transcription: { prefix: 'x' } })).toEqual(['transcription.url']);
    expect(issuesOf(stored, { keywords: { pause: ['Menu'] } })).toEqual(['keywords.pause.0']);
  });
});
