export { type Command, type Happening, type Head, type Integration, type StepContext } from './event.ts';
export { gate } from './gate.ts';
export { type Final, type SessionChange, type Step } from './outcome.ts';
export { type BotSession, type Conversation, idle, type Pending, type Session, type Turn } from './state.ts';
export { step } from './step.ts';
export { type TranscriptEntry } from './transcript.ts';
