export { isFileOfContact, isJoinable, takesSeveralFiles } from './burst.ts';
export { isEcho, type Send } from './echo.ts';
export {
  type Burst,
  type Files,
  type ClosingReason,
  type Command,
  type StepInput as Happening,
  type Head,
  type Integration,
  type Matches,
  type StepContext,
} from './event.ts';
export { apiURLOf } from './evidence.ts';
export { filterReason as gate } from './filter.ts';
export { type LaterEvent as Behind, interruption } from './interruption.ts';
export { merge as join, type Merge as Join } from './merge.ts';
export { type Final, type Deferred as Later, type PauseReason, type SessionChange, type Step } from './outcome.ts';
export { type BotSession, type Conversation, idle, type Pending, type Session, type Turn } from './state.ts';
export { holdMaxMs } from './call-failure.ts';
export { step } from './step.ts';
export { type TranscriptEntry } from './transcript.ts';
