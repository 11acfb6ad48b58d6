export { isFileOfContact, isJoinable, takesSeveralFiles } from './burst.ts';
export { holdMaxMs } from './call-failure.ts';
export {
  type BotSession,
  type Burst,
  type ClosingReason,
  type Command,
  type Conversation,
  type Deferred,
  type Files,
  type Final,
  type Head,
  type Integration,
  type Matches,
  type PauseReason,
  type Pending,
  type Session,
  type SessionChange,
  type Step,
  type StepContext,
  type StepInput,
  type TranscriptEntry,
  type Turn,
} from './conversation.ts';
export { filterReason } from './filter.ts';
export { merge, type Merge } from './merge.ts';
export { interruption, isEcho, type LaterEvent, type Send } from './phone.ts';
export { apiURLOf } from './resolve.ts';
export { idle } from './session.ts';
export { step } from './step.ts';
