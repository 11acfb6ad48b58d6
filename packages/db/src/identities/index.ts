export { mergeConversations as adopt } from './merge.ts';
export { conversationsOf } from './chats.ts';
export { ingestEvents as ingestLetters } from './ingest-events.ts';
export type { AddressedEvent as Letter } from './addressed-event.ts';
