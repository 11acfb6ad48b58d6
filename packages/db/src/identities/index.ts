export { conversationsOf } from './chats.ts';
export { ingestEvents } from './ingest-events.ts';
export { mergeConversations } from './merge.ts';
export type { AddressedEvent } from './names.ts';
