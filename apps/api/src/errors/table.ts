/**
 * Every refusal of the API: its code, its status and the sentence when nothing more exact can be said. Codes are part of the
 * contract: one that is gone is not given again with another meaning. A sentence about something that was not found names no
 * id, so that another tenant's is answered like one that does not exist.
 */
export const refusals = {
  INVALID_REQUEST: { statusCode: 400, sentence: 'Expected another request, see `/docs`' },
  INVALID_JSON: { statusCode: 400, sentence: 'Expected the body to be JSON without fields called `__proto__` or `constructor.prototype`' },
  TOKEN_MISSING: { statusCode: 401, sentence: 'Expected a token in `Authorization: Bearer <token>` or `apikey: <token>`, got none' },
  TOKEN_INVALID: { statusCode: 401, sentence: 'Expected a token that is in force, got one that is unknown, revoked or expired' },
  SCOPE_TOO_SMALL: { statusCode: 403, sentence: 'Expected a token of a higher scope' },
  OTHER_BUSINESS: { statusCode: 403, sentence: "Expected `businessId` to be the token's own business, got another one" },
  ROUTE_NOT_FOUND: { statusCode: 404, sentence: 'Expected a route of `/openapi.json`, got another path or method' },
  BUSINESS_NOT_FOUND: { statusCode: 404, sentence: 'Expected `businessId` to name a business, got one that does not exist' },
  INSTANCE_NOT_FOUND: { statusCode: 404, sentence: 'Expected `instanceId` to name an instance, got one that is not registered' },
  INTEGRATION_NOT_FOUND: {
    statusCode: 404,
    sentence: 'Expected `instanceId` to name an instance with a Typebot integration, got one without',
  },
  SESSION_NOT_FOUND: { statusCode: 404, sentence: 'Expected `sessionId` to name a session of this instance, got one that does not exist' },
  BULK_START_NOT_FOUND: {
    statusCode: 404,
    sentence: 'Expected `bulkStartId` to name a list of this instance, got one that does not exist',
  },
  MEDIA_NOT_FOUND: { statusCode: 404, sentence: 'Expected the address of a file that is kept here, got another' },
  TOKEN_NOT_FOUND: { statusCode: 404, sentence: 'Expected `keyId` to name a token, got one that does not exist' },
  WEBHOOK_NOT_FOUND: { statusCode: 404, sentence: 'Expected `webhookId` to name a webhook of this instance, got one that does not exist' },
  CHANNEL_NOT_FOUND: { statusCode: 404, sentence: 'Expected `instanceId` to name an instance with a channel, got one without' },
  DEAD_LETTER_NOT_FOUND: { statusCode: 404, sentence: 'Expected `deadLetterId` to name a dead letter, got one that does not exist' },
  UNCERTAIN_TURN_NOT_FOUND: {
    statusCode: 404,
    sentence: 'Expected `turnId` to name an uncertain turn of this instance, got one that does not exist',
  },
  BUSINESS_EXISTS: { statusCode: 409, sentence: 'Expected `businessId` to be new, got one that exists' },
  INSTANCE_EXISTS: { statusCode: 409, sentence: 'Expected `instanceId` to be new, got one that is registered' },
  INSTANCE_ELSEWHERE: {
    statusCode: 409,
    sentence: 'Expected `businessId` to be the business the instance is registered with, got another one',
  },
  INTEGRATION_EXISTS: {
    statusCode: 409,
    sentence: 'Expected an instance without a Typebot integration, got one that has its own: change it with PUT',
  },
  INTEGRATION_DISABLED: { statusCode: 409, sentence: 'Expected an integration that is enabled, got one that is not' },
  SESSION_CONFLICT: { statusCode: 409, sentence: 'Expected a chat without another open or paused session' },
  WEBHOOK_NOT_AWAITED: { statusCode: 409, sentence: 'Expected a session whose flow stands at a Webhook block, got one that does not' },
  SESSION_CLOSED: { statusCode: 409, sentence: 'Expected a session that is open, got one that is closed' },
  BOT_REFUSED: { statusCode: 409, sentence: 'Expected the bot to take the call, got a refusal that another try would not change' },
  BULK_START_OVER: { statusCode: 409, sentence: 'Expected a list that is running or paused, got one that is done or cancelled' },
  TOO_MANY_WEBHOOKS: { statusCode: 409, sentence: 'Expected an instance with fewer than 10 webhooks, got one that has them' },
  CHANNEL_UNREADABLE: {
    statusCode: 409,
    sentence: 'Expected a channel whose settings can be read, got one of another version or another SECRET_KEY: put it again',
  },
  DEAD_LETTER_SETTLED: { statusCode: 409, sentence: 'Expected a dead letter that is open, got one that was redriven or discarded' },
  DEAD_LETTER_UNREADABLE: { statusCode: 409, sentence: 'Expected a dead letter that can be read as an event, got another' },
  UNCERTAIN_TURN_RESOLVED: { statusCode: 409, sentence: 'Expected a turn that nobody has resolved, got one that is' },
  NEWER_MESSAGES: {
    statusCode: 409,
    sentence:
      'Expected nothing newer of this contact before the bot, got a newer message that it has heard or is about to hear; `force` says it all the same',
  },
  BODY_TOO_LARGE: { statusCode: 413, sentence: 'Expected a smaller body' },
  UNSUPPORTED_MEDIA_TYPE: { statusCode: 415, sentence: 'Expected `Content-Type: application/json`, got another' },
  RANGE_NOT_SATISFIABLE: { statusCode: 416, sentence: 'Expected `Range` to begin within the file, got one behind its end' },
  INTERNAL_ERROR: {
    statusCode: 500,
    sentence: 'Something failed here, not in the request; the log knows it by the `x-request-id` of this answer',
  },
  BOT_UNAVAILABLE: { statusCode: 503, sentence: 'Expected the bot to answer, got no answer that could be used' },
  MEDIA_UNAVAILABLE: { statusCode: 503, sentence: 'Expected the media store to keep the file, got an error' },
  DATABASE_UNAVAILABLE: { statusCode: 503, sentence: 'Expected PostgreSQL to answer, got no connection' },
  QUEUE_UNAVAILABLE: { statusCode: 503, sentence: 'Expected Redis to answer, got no answer in time' },
  NOT_READY: { statusCode: 503, sentence: 'Not ready' },
} as const satisfies Record<string, { statusCode: number; sentence: string }>;

export type RefusalCode = keyof typeof refusals;
