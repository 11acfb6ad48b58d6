import { type Schema, valueOf } from './value-words.ts';

/** A line of the table: a setting, or a part of one. */
export type Row = {
  /** `pause.resumeAfterMinutes`; `flows[].priority` is a part of each entry of a list. */
  path: string;
  /** Where the field is there only with another of a certain value, such as "with `type` `keyword`". */
  condition: string | null;
  value: string;
  /** JSON; null: none of its own. */
  defaultValue: string | null;
  /** Whatever it is a part of cannot be without. */
  isRequired: boolean;
  description: string;
  examples: unknown[];
  /** Not a part of another setting: it can be changed alone. */
  isSetting: boolean;
};

/** The rows of a field and of all that is in it. Forms that came before under another path are named and not repeated. */
export function rowsOf(path: string, field: Schema, known: Map<string, string>): Row[] {
  const group = groupIn(field);
  if (group) return withRequired(group, (name, inner) => rowsOf(`${path}.${name}`, inner, known));
  const forms = formsIn(field);
  const key = JSON.stringify(forms);
  const before = forms.length > 0 ? known.get(key) : undefined;
  if (before === undefined) known.set(key, path);
  const row: Row = { ...rowOf(path, field), isSetting: true };
  if (before !== undefined) return [{ ...row, value: `${row.value}, as in \`${before}\`` }];
  const at = field.type === 'array' ? `${path}[]` : path;
  return [row, ...forms.flatMap((form) => partsOf(at, form, forms, known))];
}

function withRequired(object: Schema, rowsOfField: (name: string, field: Schema) => Row[]): Row[] {
  return fieldsOf(object).flatMap(([name, field]) => {
    const [own, ...parts] = rowsOfField(name, field);
    return own ? [{ ...own, isRequired: object.required?.includes(name) ?? false }, ...parts] : [];
  });
}

/** The parts of one of the forms a value may have. The part that distinguishes the forms is listed once. */
function partsOf(at: string, form: Schema, forms: Schema[], known: Map<string, string>): Row[] {
  const kind = kindOf(form);
  return withRequired(form, (name, part) => {
    if (name === kind?.name) return form === forms[0] ? [kindRow(`${at}.${name}`, name, forms)] : [];
    const condition = kind ? `with \`${kind.name}\` \`${kind.value}\`` : null;
    return rowsOf(`${at}.${name}`, part, known).map((row) => ({ ...row, isSetting: false, condition: row.condition ?? condition }));
  });
}

function kindRow(path: string, name: string, forms: Schema[]): Row {
  const kinds = forms.flatMap((form) => kindOf(form) ?? []).filter((kind) => kind.name === name);
  const values = kinds.map(({ value }) => value);
  const row = rowOf(path, { type: 'string', enum: values, description: 'Which of the forms it is.', examples: values.slice(0, 1) });
  return { ...row, isSetting: false };
}

function rowOf(path: string, field: Schema): Omit<Row, 'isSetting'> {
  const { description = '', examples = [], default: byDefault } = field;
  const defaultValue = byDefault === undefined ? null : JSON.stringify(byDefault);
  return { path, condition: null, value: valueOf(field), defaultValue, isRequired: false, description, examples };
}

/** The objects that a value, or each entry of a list, may be. */
function formsIn(field: Schema): Schema[] {
  const entry = field.type === 'array' && typeof field.items === 'object' && !Array.isArray(field.items) ? field.items : field;
  return [entry, ...alternativesIn(entry)].filter(({ properties }) => properties !== undefined);
}

/** The object of a setting that is a group, also where it may be null. */
export function groupIn(field: Schema): Schema | undefined {
  return [field, ...((field.anyOf ?? []) as Schema[])].find(({ properties }) => properties !== undefined);
}

export function fieldsOf(schema: Schema): [name: string, field: Schema][] {
  return Object.entries(schema.properties ?? {}) as [string, Schema][];
}

function alternativesIn(field: Schema): Schema[] {
  return [...(field.oneOf ?? []), ...(field.anyOf ?? [])] as Schema[];
}

/** The field whose one value tells a form from the others. */
function kindOf(form: Schema): { name: string; value: string } | null {
  const [name, field] = fieldsOf(form).find(([, { const: only }]) => typeof only === 'string') ?? [];
  return name === undefined ? null : { name, value: String(field?.const) };
}
