import { aboutSecret, mergeSettings, type SettingsChange, settingsSchema, type SettingsInput, withSecrets } from '@typelane/core';
import {
  changeIntegration,
  createIntegration,
  findIntegration,
  type IntegrationRecord,
  removeIntegration,
  type Tenant,
} from '@typelane/db';
import { z } from 'zod';
import { integrationOf, integrationSchema } from '../answers/integration.ts';
import { beginClosing } from '../commands/carry-out.ts';
import type { ApiContext } from '../context.ts';
import { endpoint } from '../endpoint.ts';
import { refusal } from '../errors/refusal.ts';
import { refusePrivateUrls, urlsInSettings } from '../requests/egress.ts';
import { pathId, publicId, typebotURL } from '../requests/fields.ts';
import { refuseSettings, settingsChange, settingsInput } from '../requests/settings.ts';
import { type ResultsAddress, takesTokenElsewhere } from '../requests/results-token.ts';
import { takesKeyElsewhere } from '../requests/transcription.ts';
import { instanceParams, integrationPath } from './paths.ts';

const about = { path: integrationPath, tag: 'Typebot integration', scope: 'instance', params: instanceParams } as const;
const integration = (description: string) => ({ description, schema: integrationSchema });

const create = endpoint({
  ...about,
  method: 'POST',
  name: 'createIntegration',
  summary: 'Puts a bot on an instance.',
  description:
    'Registers the instance when it is unknown and the token is of scope business or admin: with `businessId`, which an operator may name freely, else with the own business of the token, else with `default`.',
  body: z.strictObject({
    publicId,
    typebotURL: typebotURL.default('https://typebot.io'),
    enabled: z.boolean().default(true).describe('False: events are recorded and ignored, sessions stay as they are.'),
    settings: settingsInput.optional(),
    businessId: pathId.optional(),
    instanceName: z.string().min(1).max(200).optional(),
  }),
  answers: { 201: integration('Created.') },
  refusals: ['OTHER_BUSINESS', 'INSTANCE_NOT_FOUND', 'INSTANCE_ELSEWHERE', 'INTEGRATION_EXISTS'],
  async handle({ context, tenant, params: { instanceId }, body: { businessId = null, instanceName = null, ...wanted } }) {
    refuseOtherBusiness(tenant, businessId);
    refusePrivateUrls(context, [{ field: 'typebotURL', url: wanted.typebotURL }, ...urlsInSettings(wanted.settings)]);
    const settings = sealed(context, instanceId, wanted.settings ?? {});
    const created = await createIntegration(context.database, tenant, { ...wanted, settings, instanceId, businessId, instanceName });
    switch (created.type) {
      case 'created':
        return { status: 201, body: integrationOf(created.integration) };
      case 'exists':
        throw refusal('INTEGRATION_EXISTS');
      case 'unreachable':
        throw refusal('INSTANCE_NOT_FOUND');
      case 'elsewhere':
        throw refusal('INSTANCE_ELSEWHERE');
    }
  },
});

const show = endpoint({
  ...about,
  method: 'GET',
  name: 'showIntegration',
  summary: 'The bot of an instance.',
  answers: { 200: integration('The integration.') },
  refusals: ['INTEGRATION_NOT_FOUND'],
  async handle({ context, tenant, params }) {
    const found = await findIntegration(context.database, tenant, params.instanceId);
    if (!found) throw refusal('INTEGRATION_NOT_FOUND');
    return { status: 200, body: integrationOf(found) };
  },
});

const change = endpoint({
  ...about,
  method: 'PUT',
  name: 'changeIntegration',
  summary: 'Changes what is named and leaves the rest.',
  description:
    '`settings` is merged field by field, into nested groups; lists, `variables` and `trigger` are replaced whole, and a group that is null goes back to its defaults. A secret (`transcription.apiKey`, `typebotApiToken`) that is not named stays as it is, and null takes it away; where it would be sent to another host than before it has to be named. With `settings.onUpdate: "restart"` a new `publicId` or `typebotURL` closes the open and paused sessions with reason `replaced`.',
  body: z.strictObject({
    publicId: publicId.optional(),
    typebotURL: typebotURL.optional(),
    enabled: z.boolean().optional(),
    settings: settingsChange.optional(),
  }),
  answers: { 201: integration('Changed.') },
  refusals: ['INTEGRATION_NOT_FOUND'],
  async handle({ context, tenant, params: { instanceId }, body: { settings, ...given } }) {
    refusePrivateUrls(context, [{ field: 'typebotURL', url: given.typebotURL }, ...urlsInSettings(settings)]);
    const wanted = settings && sealed(context, instanceId, settings);
    const changed = await changeIntegration(context.database, tenant, instanceId, (before) => {
      const stored = before.settings as SettingsInput;
      const after = { typebotURL: given.typebotURL ?? before.typebotURL, settings: wanted ? merged(stored, wanted) : stored };
      refuseTokenElsewhere({ typebotURL: before.typebotURL, settings: stored }, after, wanted?.typebotApiToken !== undefined);
      const changes = { ...withoutUndefined(given), ...(wanted && { settings: after.settings }) };
      return { ...changes, closesSessions: restarts(before, { ...before, ...changes }) };
    });
    if (!changed) throw refusal('INTEGRATION_NOT_FOUND');
    if (changed.closing) await beginClosing(context, changed.closing);
    return { status: 201, body: integrationOf(changed.after) };
  },
});

const remove = endpoint({
  ...about,
  method: 'DELETE',
  name: 'removeIntegration',
  summary: 'Takes the bot off an instance.',
  description:
    'Open and paused sessions are closed with reason `integration_removed`: up to 100 before the answer, the others right afterwards.',
  answers: { 200: integration('The integration as it was.') },
  refusals: ['INTEGRATION_NOT_FOUND'],
  async handle({ context, tenant, params: { instanceId } }) {
    const removed = await removeIntegration(context.database, tenant, instanceId);
    if (!removed) throw refusal('INTEGRATION_NOT_FOUND');
    await beginClosing(context, removed.closing);
    return { status: 200, body: integrationOf(removed.integration) };
  },
});

export const integrationEndpoints = [create, show, change, remove];

function refuseOtherBusiness(tenant: Tenant, businessId: string | null): void {
  if (tenant.scope !== 'admin' && businessId !== null && businessId !== tenant.businessId) throw refusal('OTHER_BUSINESS');
}

/** The database never receives a secret in plain text. */
function sealed<S extends SettingsInput | SettingsChange>({ sealer }: ApiContext, instanceId: string, settings: S): S {
  return withSecrets(settings, (secret, path) => sealer.seal(secret, aboutSecret(instanceId, path)));
}

function merged(before: SettingsInput, wanted: SettingsChange): SettingsInput {
  if (takesKeyElsewhere(before, wanted)) {
    throw refusal('INVALID_REQUEST', [
      '`settings.transcription.apiKey` must be given again or be null, because `settings.transcription.url` names another host',
    ]);
  }
  const settings = mergeSettings(before, wanted);
  refuseSettings(settings);
  return settings;
}

function refuseTokenElsewhere(before: ResultsAddress, after: ResultsAddress, isGivenAgain: boolean): void {
  if (!takesTokenElsewhere(before, after, isGivenAgain)) return;
  throw refusal('INVALID_REQUEST', [
    '`settings.typebotApiToken` must be given again or be null, because `typebotURL` or `settings.typebotApiURL` names another host',
  ]);
}

function restarts(before: IntegrationRecord, after: IntegrationRecord): boolean {
  const isOtherBot = before.publicId !== after.publicId || before.typebotURL !== after.typebotURL;
  return isOtherBot && settingsSchema.parse(after.settings).onUpdate === 'restart';
}

function withoutUndefined<T extends object>(given: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]?: Exclude<T[Key], undefined>;
  };
}
