import type { z } from 'zod';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/**
 * The schema with a description at each field named by `descriptions`: `data.keyId` is the field `keyId` of the object `data`. An item
 * of an array and each alternative of a union are reached by the name of their field. Throws when a path does not exist.
 */
export function describeFields(schema: JsonSchema, descriptions: Record<string, string>): JsonSchema {
  const described = structuredClone(schema);
  for (const [path, description] of Object.entries(descriptions)) {
    const found = path.split('.').reduce((schemas, name) => schemas.flatMap((one) => fieldsNamed(one, name)), [described]);
    if (found.length === 0) throw new Error(`the schema has no field ${path}`);
    for (const field of found) field.description = description;
  }
  return described;
}

function fieldsNamed(schema: JsonSchema, name: string): JsonSchema[] {
  const own = schema.properties?.[name];
  const alternatives = [...(schema.oneOf ?? []), ...(schema.anyOf ?? []), ...items(schema)].filter((one) => typeof one === 'object');
  return [...(typeof own === 'object' ? [own] : []), ...alternatives.flatMap((one) => fieldsNamed(one, name))];
}

function items({ items: inner }: JsonSchema): JsonSchema[] {
  return typeof inner === 'object' && !Array.isArray(inner) ? [inner] : [];
}
