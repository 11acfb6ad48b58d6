export * from './session-events/index.ts';
export { batched } from './batch.ts';
export * from './bulk-starts/index.ts';
export * from './channels/index.ts';
export { conversationId } from './conversation-id.ts';
export { acknowledge, type DispatchedReply, dispatchNext, type Receipt } from './conversations/acknowledge.ts';
export { type Destination, order, type Ordered, outcomeOf } from './conversations/commands.ts';
export { commit, type Commit, type Committed, commitRetracting, type SessionRow, type Written } from './conversations/commit.ts';
export { type Arrival, ingest, replaceEvent } from './conversations/ingest.ts';
export {
  type IntegrationRow,
  type LaterEvent,
  load,
  type Loaded,
  loadLaterEvents,
  waitingFrom,
  type WaitingRow,
} from './conversations/load.ts';
export {
  firstId,
  clearLooks,
  forgottenChats,
  markRedispatched,
  postponeLooks,
  postponeSweep,
  type PostponedChat,
  touch,
  unacknowledged,
  type Unacknowledged,
  undispatched,
} from './conversations/overdue.ts';
export { commitReplaying } from './conversations/replay.ts';
export { pauseUnsendable, rememberSent, type Sent, type Unsendable, whoseReplies } from './conversations/sent.ts';
export { lookAtTimers, fireTimers, type TimerLook } from './conversations/timers.ts';
export { countFirstDeliveryAttempt, countDeliveryAttempt, resetDeliveryAttempts } from './conversations/delivery-attempts.ts';
export { connect, type Database } from './database.ts';
export { isDatabaseAway, isServerTrouble, retryOnReconnect, withoutParameters } from './database-away.ts';
export * from './dead-letters/index.ts';
export * from './identities/index.ts';
export {
  beginMedia,
  expiredMedia,
  type ExpiredMedia,
  findMedia,
  finishMedia,
  forgetMedia,
  keepTranscript,
  type Media,
  type NewMedia,
  transcriptOf,
} from './media.ts';
export { migrate } from './migrate.ts';
export * from './tenants/index.ts';
export { isUuid } from './tenants/uuid.ts';
export * from './uncertain/index.ts';
