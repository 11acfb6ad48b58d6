import { InvalidEventError, PublishError, sentenceOf } from '@typelane/client';
import { eventsPerJobMax, inboundEventSchema } from '@typelane/core';
import { findInstance } from '@typelane/db';
import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { refusal } from '../errors/refusal.ts';
import { instanceParams, instancePath } from './paths.ts';

export const publishEvents = endpoint({
  method: 'POST',
  path: `${instancePath}/events`,
  name: 'publishEvents',
  summary: 'Accepts events of producers without Redis.',
  description:
    'One event or a list of up to 500 in their order, as on the `inbound` queue; 512 KiB in all. All are taken or none. An event that is known already (by chat, direction and `keyId`) is taken and changes nothing, so repeating a request is safe.',
  tag: 'Events',
  scope: 'instance',
  params: instanceParams,
  body: z.union([inboundEventSchema, z.array(inboundEventSchema).min(1).max(eventsPerJobMax)]),
  // What a job of the queue may hold.
  bodySizeBytesMax: 512 * 1_024,
  isVerbatim: true,
  answers: {
    202: {
      description: 'They are in the inbound queue.',
      schema: z.object({ jobIds: z.array(z.string()), keyIds: z.array(z.string()) }).meta({ id: 'PublishedEvents' }),
    },
  },
  refusals: ['INSTANCE_NOT_FOUND', 'QUEUE_UNAVAILABLE'],
  async handle({ context: { database, inbound }, tenant, params: { instanceId }, body }) {
    const events = Array.isArray(body) ? body : [body];
    const stray = events.findIndex(({ instance }) => instance.instanceId !== instanceId);
    if (stray !== -1) throw refusal('INVALID_REQUEST', [strayEvent(stray, Array.isArray(body))]);
    if (!(await findInstance(database, tenant, instanceId))) throw refusal('INSTANCE_NOT_FOUND');
    const jobs = await inbound.publish(body).catch((error: unknown) => {
      throw asRefusal(error);
    });
    return { status: 202, body: { jobIds: jobs.map(({ jobId }) => jobId), keyIds: events.map(({ data }) => data.keyId) } };
  },
});

function strayEvent(index: number, isList: boolean): string {
  return `\`${isList ? `${index}.` : ''}instance.instanceId\` must be the instance of the path`;
}

function asRefusal(error: unknown): unknown {
  if (error instanceof PublishError) return refusal('QUEUE_UNAVAILABLE', [], { cause: error });
  if (!(error instanceof InvalidEventError)) return error;
  return refusal(
    'INVALID_REQUEST',
    error.problems.map((problem) => sentenceOf(problem, 'The body')),
  );
}
