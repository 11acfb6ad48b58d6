import { z } from 'zod';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** How JSON Schema describes what `schema` takes: with the meaning, the unit and examples of each field. */
export function inputJsonSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _dialect, ...described } = z.toJSONSchema(schema, {
    io: 'input',
    override({ zodSchema, jsonSchema }) {
      // zod leaves them out where a value is read into another form.
      const examples = z.globalRegistry.get(zodSchema)?.['examples'];
      if (Array.isArray(examples)) jsonSchema.examples = examples;
    },
  });
  return described;
}
