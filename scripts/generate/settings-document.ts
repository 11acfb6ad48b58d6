import { inputJsonSchema, settingsSchema } from '@typelane/core';
import { fieldsOf, groupIn, type Row, rowsOf } from './setting-rows.ts';
import type { Schema } from './value-words.ts';

/** What belongs together, in the order a reader needs it. Every setting is in one section. */
const sections: { title: string; settings: string[] }[] = [
  { title: 'Which bot answers', settings: ['trigger', 'flows'] },
  { title: 'Keywords', settings: ['keywords'] },
  { title: 'Which messages reach the bot', settings: ['groups', 'groupConversations', 'ignoreJids', 'allowJids', 'staleAfterMinutes'] },
  { title: 'Bursts of texts', settings: ['debounceMs', 'debounceMaxMs'] },
  { title: 'Humans', settings: ['fromMe', 'pause', 'resume'] },
  { title: 'The end of a session', settings: ['expireAfterMinutes', 'expireMessage', 'afterEnd', 'silentMinutes', 'onUpdate'] },
  { title: 'Choices', settings: ['choices', 'unmatchedChoice'] },
  { title: 'Texts that Typelane sends', settings: ['locale', 'hints'] },
  { title: 'Typing and waiting', settings: ['typing', 'wait'] },
  { title: 'Voice notes', settings: ['transcription'] },
  { title: 'Variables', settings: ['variables'] },
  {
    title: 'When something goes wrong',
    settings: [
      'unknownMessage',
      'errorMessage',
      'uncertainMessage',
      'delivery',
      'serviceUnavailable',
      'typebotApiToken',
      'typebotApiURL',
      'afterSendFailure',
    ],
  },
  { title: 'Flows written for other bridges', settings: ['compat'] },
];

/** `docs/settings.md`: every setting, as the schema describes it. */
export function settingsDocument(): string {
  const fields = new Map(fieldsOf(inputJsonSchema(settingsSchema)));
  const placed = sections.flatMap(({ settings }) => settings);
  const misplaced = [...fields.keys(), ...placed].filter((name) => !fields.has(name) || placed.filter((one) => one === name).length !== 1);
  if (misplaced.length > 0)
    throw new Error(`Expected every setting in exactly one section of the document, got ${[...new Set(misplaced)].join(', ')}`);
  const known = new Map<string, string>();
  const written = sections.map(({ title, settings }) =>
    sectionOf(
      title,
      settings.map((name) => [name, fields.get(name) ?? {}]),
      known,
    ),
  );
  return `${introduction}\n${written.join('\n')}`;
}

const introduction = `# Settings

<!-- Generated from the schema: npm run generate -->

The field \`settings\` of an integration. Every setting is optional. A setting that you do not set has its default, which a later version may change.

- \`POST /api/v2/instance/{instanceId}/typebot-integration\` sets the settings that it names.
- \`PUT\` of the same path changes only the settings that it names. Groups such as \`typing\` are merged field by field; \`null\` resets a group to
  its defaults. Lists, \`variables\` and \`trigger\` are replaced as a whole.
- \`GET\` returns all current settings.

A setting that is unknown, has the wrong type or is out of range is refused with a sentence that names it.
`;

function sectionOf(title: string, fields: [string, Schema][], known: Map<string, string>): string {
  const rows = fields.flatMap(([name, field]) => rowsOf(name, field, known));
  const groups = fields.flatMap(([name, field]) => (groupIn(field) ? [`\`${name}\`: ${field.description ?? ''}`] : []));
  const table = ['| setting | value | default | what it does | example |', '|---|---|---|---|---|', ...rows.map(lineOf)];
  const example = JSON.stringify({ settings: exampleOf(rows) }, null, 2);
  return [`## ${title}`, '', ...groups.flatMap((group) => [group, '']), ...table, '', '```json', example, '```', ''].join('\n');
}

function lineOf({ path, condition, value, defaultValue, isRequired, description, examples }: Row): string {
  const name = condition === null ? `\`${path}\`` : `\`${path}\` ${condition}`;
  const example = examples.map((one) => code(JSON.stringify(one))).join(' or ');
  const byDefault = defaultValue === null ? '' : code(defaultValue);
  const cells = [name, value, isRequired ? 'required' : byDefault, description, example];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

/** The first example of each setting. */
function exampleOf(rows: Row[]): Record<string, unknown> {
  const example: Record<string, unknown> = {};
  for (const { path, examples } of rows.filter(({ isSetting }) => isSetting)) {
    const [name = '', inner] = path.split('.');
    example[name] = inner === undefined ? examples[0] : { ...(example[name] as object | undefined), [inner]: examples[0] };
  }
  return example;
}
