export { mergeConversations } from './merge.ts';
export { conversationsOf } from './chats.ts';
export { ingestEvents } from './ingest-events.ts';
export type { AddressedEvent } from './addressed-event.ts';
