export { isJoinable } from './burst.ts';
export { isEcho, type Send } from './echo.ts';
export {
  type Burst,
  type ClosingReason,
  type Command,
  type Happening,
  type Head,
  type Integration,
  type Matches,
  type StepContext,
} from './event.ts';
export { apiURLOf } from './evidence.ts';
export { gate } from './gate.ts';
export { type Behind, interruption } from './interruption.ts';
export { join, type Join } from './join.ts';
export { type Final, type Later, type PauseReason, type SessionChange, type Step } from './outcome.ts';
export { type BotSession, type Conversation, idle, type Pending, type Session, type Turn } from './state.ts';
export { holdMaxMs } from './setback.ts';
export { step } from './step.ts';
export { type TranscriptEntry } from './transcript.ts';
