export * from './announcements/index.ts';
export { batched } from './batch.ts';
export * from './bulk-starts/index.ts';
export * from './channels/index.ts';
export { conversationId } from './conversation-id.ts';
export { acknowledge, type Handed, handNext, type Receipt } from './conversations/acknowledge.ts';
export { waitingFrom, type WaitingRow } from './conversations/burst.ts';
export { type Destination, order, type Ordered, outcomeOf } from './conversations/commands.ts';
export { askSurely } from './conversations/commit-surely.ts';
export { commit, type Commit, type Committed, commitTakingBack, type SessionRow, type Written } from './conversations/commit.ts';
export { type Arrival, ingest } from './conversations/ingest.ts';
export { type BehindRow, type IntegrationRow, load, type Loaded, lookBehind } from './conversations/load.ts';
export {
  firstId,
  forgetLooks,
  forgottenChats,
  handAgain,
  noteLooks,
  letRest,
  type Resting,
  touch,
  unacknowledged,
  type Unacknowledged,
  unhanded,
} from './conversations/overdue.ts';
export { replaceEvent } from './conversations/replace-event.ts';
export { commitReplaying } from './conversations/replay.ts';
export { pauseUnsendable, rememberSent, type Sent, type Unsendable, whoseReplies } from './conversations/sent.ts';
export { lookAtTimers, ringTimers, type TimerLook } from './conversations/timers.ts';
export { countFirstTry, countTry, forgiveTries } from './conversations/tries.ts';
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
