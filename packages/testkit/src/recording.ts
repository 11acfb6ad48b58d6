import { readFileSync } from 'node:fs';
import { z } from 'zod';

const headersSchema = z.record(z.string(), z.string());

const exchangeSchema = z.object({
  /** `body` is absent when none was sent; `{ raw }` is a body that is not JSON or not an object. */
  request: z.object({ method: z.string(), url: z.url(), headers: headersSchema, body: z.unknown().optional() }),
  /** `status` 0: no answer came. `body` is a string when it was not JSON, `{ truncated }` when too long to be kept. */
  response: z.object({ status: z.number(), ms: z.number(), headers: headersSchema.optional(), body: z.unknown().optional() }),
});

const recordingSchema = z.object({ note: z.string(), exchanges: z.array(exchangeSchema) });

export type Exchange = z.infer<typeof exchangeSchema>;

/** Exchanges with a real Typebot viewer, in the order in which they were made. See `recordings/README.md`. */
export type Recording = z.infer<typeof recordingSchema>;

/** @param name of a file of `recordings/`, without `.json` */
export function loadRecording(name: string): Recording {
  return recordingSchema.parse(JSON.parse(readFileSync(new URL(`../recordings/${name}.json`, import.meta.url), 'utf8')));
}
