import { inputJsonSchema, settingsSchema } from '@typelane/core';
import { fieldsOf, groupIn, type Row, rowsOf, type Schema } from './setting-rows.ts';

/** What belongs together, in the order a reader needs it. Every setting stands in one section. */
const sections: { title: string; settings: string[] }[] = [
  { title: 'Which bot answers', settings: ['trigger', 'flows'] },
  { title: 'Keywords', settings: ['keywords'] },
  { title: 'Which messages reach the bot', settings: ['groups', 'groupConversations', 'ignoreJids', 'allowJids', 'staleAfterMinutes'] },
  { title: 'Bursts of texts', settings: ['debounceMs', 'debounceMaxMs'] },
  { title: 'Humans', settings: ['fromMe', 'pause', 'resume'] },
  { title: 'The end of a session', settings: ['expireAfterMinutes', 'expireMessage', 'afterEnd', 'silentMinutes', 'onUpdate'] },
  { title: 'Choices', settings: ['choices', 'unmatchedChoice'] },
  { title: 'Texts of our own', settings: ['locale', 'hints'] },
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
  { title: 'Flows of other bridges', settings: ['compat'] },
];

/** `docs/settings.md`: every setting, as the schema describes it. */
export function settingsDocument(): string {
  const fields = new Map(fieldsOf(inputJsonSchema(settingsSchema)));
  const placed = sections.flatMap(({ settings }) => settings);
  const misplaced = [...fields.keys(), ...placed].filter((name) => !fields.has(name) || placed.filter((one) => one === name).length !== 1);
  if (misplaced.length > 0)
    throw new Error(`settings that stand not in one section of the document: ${[...new Set(misplaced)].join(', ')}`);
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

The field \`settings\` of an integration. All of them are optional: what is not set has its default, which a later version may change.

- \`POST /api/v2/instance/{instanceId}/typebot-integration\` takes the ones that are to be set.
- \`PUT\` of the same path changes those that are named. Groups such as \`typing\` are merged field by field, and one that is \`null\` goes
  back to its defaults. Lists, \`variables\` and \`trigger\` are replaced whole.
- \`GET\` shows all as they hold now.

A setting that is unknown, of the wrong type or out of range is refused with a sentence that names it.
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
