import { sql } from 'drizzle-orm';
import { boolean, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { at, seq } from './columns.ts';

/**
 * One chat of one instance. The lock of its row orders everything that happens in the chat.
 *
 * Four cursors: the last event ingested and the last handled, the last reply decided and the last acknowledged. Every commit of a turn
 * checks `version`, so a worker that lost the conversation changes nothing.
 *
 * No foreign key to `instances`: events of unregistered instances are stored too, and ignored.
 */
export const conversations = pgTable(
  'conversations',
  {
    /** Derived from instance, jid and participant (conversation-id.ts), so an event's conversation is known before its row exists. */
    conversationId: uuid('conversation_id').primaryKey(),
    /** The producer's id of the instance. */
    instanceId: text('instance_id').notNull(),
    /** Normal form of the contact's or the group's address. */
    jid: text('jid').notNull(),
    /** In a group with one conversation per participant: the participant's address. Null elsewhere. */
    participant: text('participant'),
    /** The same contact's conversation under another name. Its events are handled first, then it is merged into this one (ADR 0008). */
    mergeFrom: uuid('merge_from'),
    /** Seq of the last event ingested. `in_seq > handled_seq` means that there is work. */
    inSeq: seq('in_seq').notNull().default(0),
    /** Seq of the last event handled. */
    handledSeq: seq('handled_seq').notNull().default(0),
    /** Seq of the last reply decided. */
    outSeq: seq('out_seq').notNull().default(0),
    /** Seq of the last reply acknowledged; `acked_seq + 1` is the one on the outbound queue. */
    ackedSeq: seq('acked_seq').notNull().default(0),
    /** Seq of the last pause or close. Until it is handled, no further reply is dispatched. */
    heldSeq: seq('held_seq').notNull().default(0),
    /** Seq of the last message sent from the phone itself: a human's, or an echo of our own send. A turn reviews it before it replies. */
    phoneSeq: seq('phone_seq').notNull().default(0),
    /** Rises by one with every commit. */
    version: seq('version').notNull().default(0),
    /** How often the sweep redelivered the event at the head. The event may have killed those workers. */
    deliveryAttempts: integer('delivery_attempts').notNull().default(0),
    /** Id of the last commit. A worker that lost the answer to its commit finds out here whether it was written. */
    commitId: uuid('commit_id'),
    /** The conversation's state: `Conversation` in core. */
    state: jsonb('state').notNull(),
    /** A call to Typebot is recorded and may be running until this time (its deadline plus the quarantine). */
    openCallUntil: at('open_call_until'),
    /** Typebot may still be working on an abandoned call: no other call is made before this time. */
    quarantineUntil: at('quarantine_until'),
    /** A Wait block or a retry: the turn does not continue before this time. */
    notBefore: at('not_before'),
    /** When the state changes by itself (a session expires, a pause ends); null: never. */
    timerDueAt: at('timer_due_at'),
    /** When to check the timer. Never after `timer_due_at`; indexed, so it is rarely written. */
    timerAt: at('timer_at'),
    /** When the first event arrived. */
    createdAt: at('created_at').notNull().defaultNow(),
    /** When anything last happened here; the sweep looks for work that is older, and may set it to the future. */
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (t) => [
    // Not unique: the primary key is derived from both, and a second unique index lets two ingesters of a new conversation deadlock.
    index('conversations_by_chat').on(t.instanceId, t.jid),
    // Finds a participant's conversations in all groups when their phone becomes known.
    index('conversations_by_participant')
      .on(t.instanceId, t.participant)
      .where(sql`participant is not null`),
    // Not on updated_at: an index on a column that every commit writes costs a fifth of PostgreSQL's time per turn (265 instead of 209 us).
    index('conversations_with_work')
      .on(t.conversationId)
      .where(sql`in_seq > handled_seq`),
    index('conversations_with_timer')
      .on(t.timerAt)
      .where(sql`timer_at is not null`),
  ],
);

/** Every event of a conversation, in the order of arrival. */
export const inbox = pgTable(
  'inbox',
  {
    conversationId: uuid('conversation_id').notNull(),
    /** Position in the conversation, from 1. */
    seq: seq('seq').notNull(),
    /** `message`: an inbound event of a producer. `command`: an operator's, or the timer's. */
    kind: text('kind', { enum: ['message', 'command'] }).notNull(),
    /** Sent by the instance itself; true for commands. */
    fromMe: boolean('from_me').notNull(),
    /** WhatsApp's id of the message, or an id made for the command. With `from_me` it is unique in the conversation. */
    keyId: text('key_id').notNull(),
    /** The bot variable `messageId`: the event's own, or one derived from its key id. */
    messageId: text('message_id').notNull(),
    /** The inbound event as it arrived, or the command. */
    event: jsonb('event').notNull(),
    /** When it was ingested. */
    receivedAt: at('received_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.conversationId, t.seq] }), uniqueIndex('inbox_once').on(t.conversationId, t.fromMe, t.keyId)],
);

/** How each event ended: exactly one row per handled event, with the transcript of the calls and answers. */
export const turns = pgTable(
  'turns',
  {
    conversationId: uuid('conversation_id').notNull(),
    /** Seq of the event in the inbox. */
    seq: seq('seq').notNull(),
    /** How the event ended. */
    final: text('final', { enum: ['answered', 'ignored', 'uncertain', 'dead'] }).notNull(),
    /** Why it was ignored, uncertain or dead; null when it was answered. */
    reason: text('reason'),
    /** The session the event belonged to, if any. */
    sessionId: uuid('session_id'),
    /** Calls, answers and failures of the turn: `TranscriptEntry[]` in core. In a burst, only its first event has them. */
    transcript: jsonb('transcript').notNull(),
    /** What an uncertain turn turned out to be, or what was done about it; null: unresolved. */
    resolution: text('resolution', { enum: ['processed', 'not_processed', 'end_session'] }),
    /** An operator, or the bot's result as read from Typebot. */
    resolvedBy: text('resolved_by', { enum: ['operator', 'result'] }),
    /** When it was resolved. */
    resolvedAt: at('resolved_at'),
    /** When the turn ended. All events of a burst have the same time. */
    endedAt: at('ended_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.conversationId, t.seq] }),
    index('turns_by_session').on(t.sessionId),
    index('turns_uncertain')
      .on(t.endedAt)
      .where(sql`final = 'uncertain'`),
  ],
);
