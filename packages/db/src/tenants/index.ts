export { type Business, createBusiness, findBusiness, listBusinesses } from './businesses.ts';
export { closeNextSessions, type ClosingPage, finishClosing, openClosings, type SessionClosing, unsettled } from './closing.ts';
export { beginIdempotent, finishIdempotent, forgetIdempotent, idempotencyWindowMs, type IdempotentStart } from './idempotency.ts';
export { findInstance, type Instance, listInstances, registerInstance, removeInstance } from './instances.ts';
export {
  changeIntegration,
  createIntegration,
  findIntegration,
  type IntegrationChange,
  type IntegrationRecord,
  type NewIntegration,
  removeIntegration,
} from './integrations.ts';
export { type Newest, type Place } from './newest.ts';
export { hasCurrentSchema } from './readiness.ts';
export { findSession, listSessions, type SessionFilter, type SessionRecord } from './sessions.ts';
export { type SessionProgress, sessionProgress } from './progress.ts';
export { type Tenant } from './tenant.ts';
export { createToken, findToken, listTokens, type NewToken, revokeToken, type Token, type TokenOwner } from './tokens.ts';
export { sessionTranscript, type TranscriptTurn } from './transcript.ts';
