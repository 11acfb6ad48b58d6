export * from './session-events/index.ts';
export { batched } from './batch.ts';
export * from './bulk-starts/index.ts';
export { conversationId } from './conversation-id.ts';
export { acknowledge, type DispatchedReply as Handed, dispatchNext as handNext, type Receipt } from './conversations/acknowledge.ts';
export { waitingFrom, type WaitingRow } from './conversations/burst.ts';
export { type Destination, order, type Ordered, outcomeOf } from './conversations/commands.ts';
export { retryOnReconnect as askSurely } from './conversations/retry-on-reconnect.ts';
export {
  commit,
  type Commit,
  type Committed,
  commitRetracting as commitTakingBack,
  type SessionRow,
  type Written,
} from './conversations/commit.ts';
export { type Arrival, ingest } from './conversations/ingest.ts';
export {
  type LaterEvent as BehindRow,
  type IntegrationRow,
  load,
  type Loaded,
  loadLaterEvents as lookBehind,
} from './conversations/load.ts';
export {
  firstId,
  clearLooks as forgetLooks,
  forgottenChats,
  markRedispatched as handAgain,
  postponeLooks as noteLooks,
  postponeSweep as letRest,
  type PostponedChat as Resting,
  touch,
  unacknowledged,
  type Unacknowledged,
  undispatched as unhanded,
} from './conversations/overdue.ts';
export { replaceEvent } from './conversations/replace-event.ts';
export { commitReplaying } from './conversations/replay.ts';
export { pauseUnsendable, rememberSent, type Sent, type Unsendable, whoseReplies } from './conversations/sent.ts';
export { lookAtTimers, fireTimers as ringTimers, type TimerLook } from './conversations/timers.ts';
export {
  countFirstDeliveryAttempt as countFirstTry,
  countDeliveryAttempt as countTry,
  resetDeliveryAttempts as forgiveTries,
} from './conversations/delivery-attempts.ts';
export { connect, type Database } from './database.ts';
export { isDatabaseAway, isServerTrouble, withoutParameters } from './database-away.ts';
export * from './dead-letters/index.ts';
export * from './identities/index.ts';
export { beginMedia, expiredMedia, type ExpiredMedia, findMedia, finishMedia, forgetMedia, type Media, type NewMedia } from './media.ts';
export { migrate } from './migrate.ts';
export * from './tenants/index.ts';
export { isUuid } from './tenants/uuid.ts';
export { keepTranscript, transcriptOf } from './transcripts.ts';
export * from './uncertain/index.ts';
