import { z } from 'zod';

/** How JSON Schema describes what `schema` takes: with the meaning, the unit and examples of each field. */
export function inputJsonSchema(schema: z.ZodType): z.core.JSONSchema.BaseSchema {
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
