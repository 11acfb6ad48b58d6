import type { ChannelRow } from '@typelane/db';
import { z } from 'zod';

const fields = {
  instanceId: z.string(),
  kind: z.string().describe('Which WhatsApp gateway.'),
  settings: z.record(z.string(), z.unknown()).describe('Without the secret ones.'),
  secretsSet: z.array(z.string()).describe('Names of the secret settings that are set. They are never shown.'),
  health: z.object({
    connection: z.string().nullable().describe("The gateway's own word for its connection to WhatsApp. `open` alone proves nothing."),
    connectionAt: z.iso.datetime().nullable(),
    lastInboundAt: z.iso.datetime().nullable().describe('When a message last came in.'),
    lastAcknowledgedAt: z.iso.datetime().nullable().describe('When WhatsApp last confirmed that a message of ours arrived.'),
    lastProblem: z.string().nullable(),
    lastProblemAt: z.iso.datetime().nullable(),
  }),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
};

export const channelSchema = z.object(fields).meta({ id: 'Channel' });

export const channelWithURLSchema = z
  .object({ ...fields, webhookURL: z.string().describe('Where the gateway posts its webhooks. It holds a token and is shown this once.') })
  .meta({ id: 'ChannelWithURL' });

export const checkSchema = z.object({
  check: z.string(),
  ok: z.boolean(),
  sentence: z.string().describe('What was found, and what to do about it.'),
});

/** `secretsSet`: names, never values. */
export function channelOf(row: ChannelRow, secretsSet: string[]): z.infer<typeof channelSchema> {
  return {
    instanceId: row.instanceId,
    kind: row.kind,
    settings: row.settings as Record<string, unknown>,
    secretsSet,
    health: {
      connection: row.connection,
      connectionAt: row.connectionAt?.toISOString() ?? null,
      lastInboundAt: row.lastInboundAt?.toISOString() ?? null,
      lastAcknowledgedAt: row.lastAcknowledgedAt?.toISOString() ?? null,
      lastProblem: row.lastProblem,
      lastProblemAt: row.lastProblemAt?.toISOString() ?? null,
    },
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
