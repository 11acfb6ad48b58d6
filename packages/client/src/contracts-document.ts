import { sessionEventSchema, inboundEventSchema, outboundReplySchema, replyReceiptSchema } from '@typelane/core/contracts';
import { z } from 'zod';
import { asyncApi } from './asyncapi.ts';
import { eventDescriptions, inboundDescriptions, outboundDescriptions } from './contract-descriptions.ts';
import { describeFields, type JsonSchema } from './json-schema.ts';

/** A generated file of `docs/contracts`. The same contracts give the same text, to the byte. */
export type ContractFile = { name: string; text: string };

/** The contracts of the queues, for programs that do not import this package. */
export function contractFiles(): ContractFile[] {
  return [
    file('inbound-event.schema.json', { title: 'Inbound event', ...inbound('draft-2020-12') }),
    file('outbound-reply.schema.json', { title: 'Outbound reply', ...outbound('draft-2020-12') }),
    file('session-event.schema.json', { title: 'Session event', ...event('draft-2020-12') }),
    file(
      'asyncapi.json',
      asyncApi({
        inbound: inbound('draft-7'),
        outbound: outbound('draft-7'),
        receipt: jsonSchema(replyReceiptSchema, 'draft-7'),
        event: event('draft-7'),
      }),
    ),
  ];
}

/** AsyncAPI's own schemas are a superset of draft 7; everyone else is better served by the current draft. */
type Draft = 'draft-7' | 'draft-2020-12';

function inbound(draft: Draft): JsonSchema {
  return describeFields(jsonSchema(inboundEventSchema, draft), inboundDescriptions);
}

function outbound(draft: Draft): JsonSchema {
  return describeFields(jsonSchema(outboundReplySchema, draft), outboundDescriptions);
}

function event(draft: Draft): JsonSchema {
  return describeFields(jsonSchema(sessionEventSchema, draft), eventDescriptions);
}

/** As input: a reader must let fields pass that it does not know yet. */
function jsonSchema(schema: z.ZodType, target: Draft): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', target });
}

function file(name: string, document: object): ContractFile {
  return { name, text: `${JSON.stringify(document, null, 2)}\n` };
}
