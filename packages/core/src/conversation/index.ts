export { isJoinable } from './burst.ts';
export { isEcho, type Send } from './echo.ts';
export {
  type Burst,
  type ClosingReason,
  type Command,
  type StepInput,
  type Head,
  type Integration,
  type Matches,
  type StepContext,
} from './event.ts';
export { apiURLOf } from './evidence.ts';
export { filterReason } from './filter.ts';
export { type LaterEvent, interruption } from './interruption.ts';
export { merge, type Merge } from './merge.ts';
export { type Final, type Deferred, type PauseReason, type SessionChange, type Step } from './outcome.ts';
export { type BotSession, type Conversation, idle, type Pending, type Session, type Turn } from './state.ts';
export { holdMaxMs } from './call-failure.ts';
export { step } from './step.ts';
export { type TranscriptEntry } from './transcript.ts';
