import { channelEndpoints } from '../channels/routes.ts';
import type { Endpoint } from '../endpoint.ts';
import { bulkStartEndpoints } from './bulk-starts.ts';
import { businessEndpoints } from './businesses.ts';
import { deadLetterEndpoints } from './dead-letters.ts';
import { publishEvents } from './events.ts';
import { instanceEndpoints } from './instances.ts';
import { integrationEndpoints } from './integrations.ts';
import { uploadMedia } from './media.ts';
import { changeSession } from './session-change.ts';
import { sessionEndpoints } from './sessions.ts';
import { startSession } from './session-start.ts';
import { callWebhook } from './session-webhook.ts';
import { tokenEndpoints } from './tokens.ts';
import { uncertainEndpoints } from './uncertain.ts';
import { webhookEndpoints } from './webhooks.ts';

/** Every route under `/api`. */
export const endpoints: readonly Endpoint[] = [
  ...integrationEndpoints,
  ...sessionEndpoints,
  changeSession,
  startSession,
  ...bulkStartEndpoints,
  callWebhook,
  publishEvents,
  uploadMedia,
  ...deadLetterEndpoints,
  ...uncertainEndpoints,
  ...webhookEndpoints,
  ...channelEndpoints,
  ...businessEndpoints,
  ...instanceEndpoints,
  ...tokenEndpoints,
];
