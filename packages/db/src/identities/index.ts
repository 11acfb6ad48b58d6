export { adopt } from './adopt.ts';
export { conversationsOf } from './chats.ts';
export { ingestLetters } from './ingest-letters.ts';
export type { Letter } from './letter.ts';
