import { randomBytes } from 'node:crypto';
import {
  type ChannelRow,
  channelSealedAbout,
  failedDeliveries,
  findChannel,
  putChannel,
  removeChannel,
  replaceChannelToken,
} from '@typelane/db';
import { createCall, kinds, tokenHashOf } from '@typelane/gateway/kinds';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { endpoint } from '../endpoint.ts';
import { refusal } from '../errors/refusal.ts';
import { instanceParams, instancePath } from '../routes/paths.ts';
import { channelOf, channelSchema, channelWithURLSchema, checkSchema } from './answer.ts';
import { type ChannelSettings, readSettings, refuseForbiddenHosts, secretsOf } from './settings.ts';

const about = { tag: 'Channel', scope: 'instance', path: `${instancePath}/channel`, params: instanceParams } as const;

const show = endpoint({
  ...about,
  method: 'GET',
  name: 'showChannel',
  summary: 'The WhatsApp gateway of an instance, and how it is.',
  answers: { 200: { description: 'The channel.', schema: channelSchema } },
  refusals: ['CHANNEL_NOT_FOUND'],
  async handle({ context, tenant, params: { instanceId } }) {
    const row = await findChannel(context.database, tenant, instanceId);
    if (!row) throw refusal('CHANNEL_NOT_FOUND');
    return { status: 200, body: shown(row, context) };
  },
});

const put = endpoint({
  ...about,
  method: 'PUT',
  name: 'putChannel',
  summary: 'Joins an instance to a WhatsApp gateway, or changes how.',
  description:
    'All settings are given each time. A secret that is left out keeps its value while the host stays the same. With another kind the channel begins anew, with another webhook address.',
  body: z.strictObject({
    kind: z
      .string()
      .max(50)
      .describe(`One of: ${kinds.map(({ name }) => `\`${name}\``).join(', ')}.`),
    settings: z.record(z.string(), z.unknown()),
  }),
  answers: {
    200: { description: 'Changed. The webhook address stays.', schema: channelSchema },
    201: { description: 'Created.', schema: channelWithURLSchema },
  },
  refusals: ['INSTANCE_NOT_FOUND'],
  async handle({ context, tenant, params: { instanceId }, body }) {
    const token = freshToken();
    const result = await putChannel(context.database, tenant, instanceId, (row) => {
      const before = row && { kind: row.kind, open: row.settings as Record<string, unknown>, secret: secretsOf(row, context.sealer) };
      const { open, secret } = readSettings(body.kind, body.settings, before);
      refuseForbiddenHosts(context, open);
      const sealSecrets = (channelId: string): string => context.sealer.seal(JSON.stringify(secret), channelSealedAbout(channelId));
      return { kind: body.kind, settings: open, sealSecrets, tokenHash: tokenHashOf(token) };
    });
    if (result.type === 'unreachable') throw refusal('INSTANCE_NOT_FOUND');
    const channel = shown(result.channel, context);
    if (result.type === 'changed') return { status: 200, body: channel };
    return { status: 201, body: { ...channel, webhookURL: webhookURLOf(context, body.kind, token) } };
  },
});

const remove = endpoint({
  ...about,
  method: 'DELETE',
  name: 'removeChannel',
  summary: 'Takes the gateway from an instance. Its webhooks are refused from then on, and replies wait for another consumer.',
  answers: { 200: { description: 'The channel as it was.', schema: channelSchema } },
  refusals: ['CHANNEL_NOT_FOUND'],
  async handle({ context, tenant, params: { instanceId } }) {
    const row = await removeChannel(context.database, tenant, instanceId);
    if (!row) throw refusal('CHANNEL_NOT_FOUND');
    return { status: 200, body: shown(row, context) };
  },
});

const test = endpoint({
  ...about,
  method: 'POST',
  path: `${about.path}/test`,
  name: 'testChannel',
  summary: 'Asks the gateway how it is, and says in words what is wrong.',
  answers: {
    200: {
      description: 'What was looked at.',
      schema: z.object({ ok: z.boolean(), checks: z.array(checkSchema) }).meta({ id: 'ChannelTest' }),
    },
  },
  refusals: ['CHANNEL_NOT_FOUND', 'CHANNEL_UNREADABLE'],
  async handle({ context, tenant, params: { instanceId } }) {
    const row = await findChannel(context.database, tenant, instanceId);
    if (!row) throw refusal('CHANNEL_NOT_FOUND');
    const { kind, settings } = opened(row, context);
    const asked = await kind.status(settings, createCall(context.egress), webhookURLOf(context, row.kind, ''));
    const checks = [...asked, ...(await failures(context, instanceId))];
    return { status: 200, body: { ok: checks.every(({ ok }) => ok), checks } };
  },
});

const register = endpoint({
  ...about,
  method: 'POST',
  path: `${about.path}/register`,
  name: 'registerChannel',
  summary: 'Makes the gateway post its webhooks here.',
  description:
    'Makes a new webhook address; the one before stays valid. Where `registered` is false, paste the address into the gateway by hand: `sentence` says why.',
  answers: {
    200: {
      description: 'Done, or what to do.',
      schema: z.object({ registered: z.boolean(), sentence: z.string(), webhookURL: z.string() }).meta({ id: 'ChannelRegistration' }),
    },
  },
  refusals: ['CHANNEL_NOT_FOUND', 'CHANNEL_UNREADABLE'],
  async handle({ context, tenant, params: { instanceId } }) {
    const row = await findChannel(context.database, tenant, instanceId);
    if (!row) throw refusal('CHANNEL_NOT_FOUND');
    const { kind, settings } = opened(row, context);
    const token = freshToken();
    const webhookURL = webhookURLOf(context, row.kind, token);
    // Before the gateway is registered: it may post at once.
    await replaceChannelToken(context.database, row, tokenHashOf(token));
    const byHand = 'This gateway has no call to set its webhook: paste the address there.';
    const done = kind.register ? await kind.register(settings, createCall(context.egress), webhookURL) : { ok: false, sentence: byHand };
    return { status: 200, body: { registered: done.ok, sentence: done.sentence, webhookURL } };
  },
});

export const channelEndpoints = [show, put, remove, test, register];

/** 256 bits. */
function freshToken(): string {
  return randomBytes(32).toString('base64url');
}

function webhookURLOf({ config }: ApiContext, kind: string, token: string): string {
  return `${config.gatewayUrl}/gateway/${kind}/${token}`;
}

function shown(row: ChannelRow, { sealer }: ApiContext) {
  return channelOf(row, Object.keys(secretsOf(row, sealer)));
}

function opened(row: ChannelRow, { sealer }: ApiContext): { kind: ChannelSettings['kind']; settings: object } {
  try {
    const { kind, open, secret } = readSettings(row.kind, { ...(row.settings as object), ...secretsOf(row, sealer) }, null);
    return { kind, settings: { ...open, ...secret } };
  } catch (cause) {
    throw refusal('CHANNEL_UNREADABLE', [], { cause });
  }
}

/** Sends that were taken and failed later are as much a part of how a gateway is as its own word. */
async function failures({ database }: ApiContext, instanceId: string): Promise<z.infer<typeof checkSchema>[]> {
  const [newest] = await failedDeliveries(database.sql, instanceId, 1);
  if (!newest) return [];
  const sentence = `A message that was taken failed later, last at ${newest.at.toISOString()}: ${newest.reason ?? 'no reason'}.`;
  return [{ check: 'deliveries', ok: Date.now() - newest.at.getTime() > 86_400_000, sentence }];
}
