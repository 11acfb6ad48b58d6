import { settingsSchema, withoutSecrets } from '@typelane/core';

/**
 * What the document shows of each schema, body and path. `npm run check` holds every one against its schema and asks for one of each
 * operation. All of it is about one contact, so that the operations read as one story.
 */

const instanceId = 'my-number';
const businessId = 'acme';
const sessionId = '5b0d3c0e-6a52-4f0e-9d0e-0b8f5a1f4c11';
const typebotIntegrationId = 'b9f6c0a4-8f4c-4a54-8f5b-2e8d9a7c6f01';
const deadLetterId = '0f8e7d6c-5b4a-4938-8271-605f4e3d2c1b';
const webhookId = 'c2a1b0f9-3e4d-4c5b-9a87-6f5e4d3c2b1a';
const bulkStartId = '7c6b5a49-3827-4615-8403-f2e1d0c9b8a7';
const keyId = '3EB0C431C26A1916E07A';
const keyRemoteJid = '5531999990000@s.whatsapp.net';
const createdAt = '2026-01-31T12:00:00.000Z';
const updatedAt = '2026-01-31T12:05:00.000Z';

const business = { businessId, name: 'Acme', createdAt, updatedAt };
const instance = { instanceId, name: 'Sales', businessId, createdAt, updatedAt };
const token = {
  keyId: '1a2b3c4d-5e6f-4a8b-9c0d-1e2f3a4b5c6d',
  scope: 'instance',
  businessId,
  instanceId,
  name: 'gateway',
  createdAt,
  expiresAt: '2027-01-31T12:00:00.000Z',
  revokedAt: null,
};
const session = {
  sessionId,
  keyRemoteJid,
  status: 'open',
  typebotIntegrationId,
  instanceId,
  instanceInstanceId: instanceId,
  reason: null,
  createdAt,
  updatedAt,
  closedAt: null,
};
const deadLetter = {
  deadLetterId,
  instanceId,
  source: 'inbound',
  keyRemoteJid: null,
  keyId: null,
  reason: 'invalid_event',
  details: ['data.keyId is required'],
  sizeBytes: 212,
  status: 'open',
  createdAt,
  settledAt: null,
};
const webhook = {
  webhookId,
  instanceId,
  url: 'https://crm.example.com/typelane',
  types: ['session.opened', 'session.closed'],
  enabled: true,
  failingSince: null,
  disabledReason: null,
  createdAt,
  updatedAt,
};
const bulkStart = {
  bulkStartId,
  status: 'running',
  perMinute: 20,
  publicId: null,
  startMessage: null,
  force: false,
  createdAt,
  updatedAt,
};
const message = {
  event: 'messages.upsert',
  instance: { instanceId },
  data: {
    keyId,
    keyRemoteJid,
    pushName: 'Ana',
    contentType: 'text',
    content: { text: 'Hi' },
  },
};

/** By path parameter. */
const gateway = { baseURL: 'https://evo.example.com', instanceName: 'sales' };
const channel = {
  instanceId,
  kind: 'evolution',
  settings: gateway,
  secretsSet: ['apikey', 'webhookSecret'],
  health: {
    connection: 'open',
    connectionAt: createdAt,
    lastInboundAt: updatedAt,
    lastAcknowledgedAt: updatedAt,
    lastProblem: null,
    lastProblemAt: null,
  },
  createdAt,
  updatedAt,
};
const webhookURL = 'https://hooks.example.com/gateway/evolution/q3Jk0nq5VbQn3nC1cYx1w7m9Zt2d8e4f6g8h0i2k4l6';

export const parameterExamples: Record<string, string> = {
  instanceId,
  businessId,
  sessionId,
  deadLetterId,
  webhookId,
  bulkStartId,
  keyId: token.keyId,
  turnId: `${sessionId}.7`,
};

/** By the name of the schema. */
export const schemaExamples: Record<string, unknown> = {
  Channel: channel,
  ChannelWithURL: { ...channel, webhookURL },
  ChannelTest: { ok: true, checks: [{ check: 'webhook', ok: true, sentence: 'Webhooks come here.' }] },
  ChannelRegistration: { registered: true, sentence: 'Webhooks come here from now on.', webhookURL },
  Health: { status: 'ok' },
  Business: business,
  Instance: instance,
  Token: token,
  IssuedToken: { ...token, token: 'tl_instance_…' },
  Integration: {
    typebotIntegrationId,
    instanceId,
    instanceInstanceId: instanceId,
    publicId: 'support-bot',
    typebotURL: 'https://typebot.io',
    enabled: true,
    settings: withoutSecrets(settingsSchema.parse({ expireAfterMinutes: 60 })),
    secretsSet: [],
    createdAt,
    updatedAt,
  },
  Session: session,
  SessionDetail: {
    ...session,
    pending: { type: 'input', inputType: 'text input' },
    isAtWork: false,
    eventsWaiting: 0,
    turns: { answered: 3, ignored: 1, uncertain: 0, dead: 0 },
    replies: { decided: 3, acknowledged: 3, failed: 0 },
  },
  TranscriptTurn: {
    seq: 1,
    receivedAt: createdAt,
    endedAt: '2026-01-31T12:00:00.400Z',
    kind: 'message',
    event: message,
    command: null,
    final: 'answered',
    reason: null,
    entries: [{ type: 'asked', call: 'start', message: null }],
    replies: [
      {
        replyId: '9d8c7b6a-5f4e-4d3c-8b2a-190807f6e5d4',
        seq: 1,
        messages: [{ type: 'text', text: 'Hello, Ana!' }],
        createdAt: '2026-01-31T12:00:00.400Z',
        acknowledgedAt: '2026-01-31T12:00:01.900Z',
        keyIds: ['3EB0F1A2B3C4D5E6F708'],
        failure: null,
      },
    ],
  },
  PublishedEvents: { jobIds: ['42'], keyIds: [keyId] },
  UploadedMedia: {
    mediaId: '6f5e4d3c-2b1a-4098-8765-43210fedcba9',
    url: 'https://bots.example.com/media/6f5e4d3c-2b1a-4098-8765-43210fedcba9/c2lnbmF0dXJl/voice.ogg',
    fileName: 'voice.ogg',
    mimeType: 'audio/ogg',
    sizeBytes: 18_204,
    expiresAt: '2026-03-02T12:00:00.000Z',
  },
  DeadLetter: deadLetter,
  DeadLetterDetail: { ...deadLetter, payload: '{"event":"messages.upsert"}' },
  SettledDeadLetters: { settled: [deadLetterId], refused: [], cursor: null },
  UncertainTurn: {
    turnId: `${sessionId}.7`,
    sessionId,
    keyRemoteJid,
    command: null,
    messages: [{ keyId, contentType: 'text', text: 'Hi' }],
    cause: 'timeout',
    endedAt: updatedAt,
    status: 'open',
    resolution: null,
    resolvedBy: null,
    resolvedAt: null,
  },
  Webhook: webhook,
  WebhookWithSecret: { ...webhook, secret: 'whsec_…' },
  WebhookDelivery: {
    sessionEventId: 'e1d2c3b4-a596-4788-9a0b-1c2d3e4f5a6b',
    type: 'session.opened',
    status: 'delivered',
    attempts: 1,
    failure: null,
    createdAt,
    nextAt: null,
    deliveredAt: updatedAt,
  },
  BulkStart: bulkStart,
  BulkStartDetail: {
    ...bulkStart,
    contacts: { total: 2, waiting: 1, ordered: 0, started: 1, refused: 0, failed: 0, uncertain: 0 },
  },
  BulkStartContact: { place: 1, keyRemoteJid, outcome: 'started', reason: null, sessionId },
};

/** By operation: a body that does what its summary says. */
export const bodyExamples: Record<string, unknown> = {
  putChannel: {
    kind: 'evolution',
    settings: { ...gateway, apikey: 'B6D711FCDE4D4FD5936544120E713976', webhookSecret: 'any-text-of-your-own' },
  },
  createIntegration: { publicId: 'support-bot', typebotURL: 'https://typebot.io', settings: { expireAfterMinutes: 60 } },
  changeIntegration: { settings: { debounceMs: 3_000 } },
  changeSession: { action: 'pause' },
  startSession: { keyRemoteJid, variables: { plan: 'gold' } },
  callWebhook: { paid: true },
  createBulkStart: { contacts: [{ keyRemoteJid, variables: { plan: 'gold' } }], perMinute: 20 },
  changeBulkStart: { action: 'pause' },
  publishEvents: message,
  settleDeadLetter: { action: 'redrive' },
  settleDeadLetters: { action: 'discard', reason: 'invalid_event' },
  settleUnownedDeadLetter: { action: 'discard' },
  resolveUncertainTurn: { resolution: 'not_processed' },
  createWebhook: { url: webhook.url, types: webhook.types },
  changeWebhook: { enabled: false },
  createBusiness: { name: 'Acme', businessId },
  registerInstance: { instanceId, instanceName: 'Sales' },
  createAdminToken: { name: 'backup', expiresInDays: 30 },
  createBusinessToken: { name: 'crm' },
  createInstanceToken: { name: 'gateway', expiresInDays: 365 },
};
