import type { JsonSchema } from '@typelane/core';

export type Schema = JsonSchema & { 'x-unit'?: string };

/** Says in words what a value may be: its type, range and unit. */
export function valueOf(field: Schema): string {
  const forms = [...(field.oneOf ?? []), ...(field.anyOf ?? [])] as Schema[];
  if (forms.length > 0) return listed([...new Set(forms.map((form) => valueOf(form)))]);
  if (field.enum) return listed(field.enum.map((one) => `\`${String(one)}\``));
  switch (field.type) {
    case 'string':
      return field.pattern === undefined
        ? `text${sizeOf(field.minLength, field.maxLength, 'characters')}`
        : `text like \`${field.pattern}\``;
    case 'boolean':
      return '`true` or `false`';
    case 'null':
      return '`null`';
    case 'number':
    case 'integer':
      return numberOf(field);
    case 'array':
      return `list${sizeOf(field.minItems, field.maxItems, 'entries')}, each ${valueOf(itemsOf(field))}`;
    case 'object':
      return objectOf(field);
    default:
      throw new Error(`the document has no words for ${JSON.stringify(field)}`);
  }
}

function numberOf({ type, minimum = 0, exclusiveMinimum, maximum = Infinity, 'x-unit': unit }: Schema): string {
  const range = exclusiveMinimum === undefined ? `${figure(minimum)} to` : `more than ${exclusiveMinimum}, up to`;
  return `${type === 'integer' ? 'whole number' : 'number'}, ${range} ${figure(maximum)}${unit === undefined ? '' : ` ${unit}`}`;
}

function objectOf({ properties, additionalProperties }: Schema): string {
  if (properties) return `\`{ ${Object.entries(properties).map(fieldOf).join(', ')} }\``;
  return typeof additionalProperties === 'object' ? `object, each field ${valueOf(additionalProperties)}` : 'object';
}

function fieldOf([name, field]: [string, Schema | boolean]): string {
  return typeof field === 'object' && field.const !== undefined ? `${name}: ${JSON.stringify(field.const)}` : name;
}

function itemsOf({ items }: Schema): Schema {
  if (typeof items !== 'object' || Array.isArray(items)) throw new Error('a list of the settings has one kind of entries');
  return items;
}

function sizeOf(min: number | undefined, max: number | undefined, what: string): string {
  if (max === undefined) return '';
  return (min ?? 0) > 0 ? ` of ${figure(min ?? 0)} to ${figure(max)} ${what}` : ` of up to ${figure(max)} ${what}`;
}

function figure(number: number): string {
  return number.toLocaleString('en-US');
}

function listed(words: string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
