import { sql } from 'drizzle-orm';
import { boolean, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { at, seq } from './columns.ts';

/**
 * One chat of one instance: the row whose lock orders everything. Four cursors: events taken in and handled, replies
 * decided and acknowledged. `version` is checked by every commit of a turn, so a worker that lost the chat changes nothing.
 *
 * No foreign key to instances: events of unregistered instances are recorded and ignored like any other.
 */
export const conversations = pgTable(
  'conversations',
  {
    /** Derived from instance and jid (conversation-id.ts), so that every statement can lock rows in one order. */
    conversationId: uuid('conversation_id').primaryKey(),
    instanceId: text('instance_id').notNull(),
    jid: text('jid').notNull(),
    /** Of a group where each participant has a conversation of their own: whose this is. */
    participant: text('participant'),
    /** The conversation of the same contact under another address: what stands in it is handled first, then its session is taken over. */
    mergeFrom: uuid('merge_from'),
    /** Seq of the last event taken in; `in_seq > handled_seq` means work. */
    inSeq: seq('in_seq').notNull().default(0),
    handledSeq: seq('handled_seq').notNull().default(0),
    /** Seq of the last reply decided; the reply `acked_seq + 1` is the one handed to the outbound queue. */
    outSeq: seq('out_seq').notNull().default(0),
    ackedSeq: seq('acked_seq').notNull().default(0),
    /** An operator's pause or close of this seq waits: until it is handled, nothing more is handed out. */
    heldSeq: seq('held_seq').notNull().default(0),
    /** The last message from the phone itself: a human's, or the echo of one of our own sends. A turn looks at it before it speaks. */
    phoneSeq: seq('phone_seq').notNull().default(0),
    version: seq('version').notNull().default(0),
    /** How often the event at the head was taken up again because nothing came of it: whoever did may have died of it. */
    deliveryAttempts: integer('delivery_attempts').notNull().default(0),
    /** Names the last commit: whoever lost the answer to one finds out whether it was written. */
    commitId: uuid('commit_id'),
    /** core's conversation state. */
    state: jsonb('state').notNull(),
    /** A call to Typebot is on record and may be running until then (deadline plus quarantine). */
    openCallUntil: at('open_call_until'),
    /** Typebot may still be at work on a call we gave up on: no call is made before. */
    quarantineUntil: at('quarantine_until'),
    /** Nothing is to be done before. */
    notBefore: at('not_before'),
    /** When the state changes by itself (an idle session expires, a paused one is handed back). */
    timerDueAt: at('timer_due_at'),
    /** When the timer is looked at. Never after `timer_due_at`, and written seldom, since it is indexed. */
    timerAt: at('timer_at'),
    createdAt: at('created_at').notNull().defaultNow(),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (t) => [
    // Not unique: the key is made of both already, and a second unique index lets two ingesters of a new chat deadlock.
    index('conversations_by_chat').on(t.instanceId, t.jid),
    // A participant's conversations in all groups, when their phone becomes known.
    index('conversations_by_participant')
      .on(t.instanceId, t.participant)
      .where(sql`participant is not null`),
    // Not on updated_at: an index on what every step writes would cost a fifth of PostgreSQL's share of a turn (265 to 209 us).
    index('conversations_with_work')
      .on(t.conversationId)
      .where(sql`in_seq > handled_seq`),
    index('conversations_with_timer')
      .on(t.timerAt)
      .where(sql`timer_at is not null`),
  ],
);

/** The mailbox: every event of a chat in the order of its arrival. */
export const inbox = pgTable(
  'inbox',
  {
    conversationId: uuid('conversation_id').notNull(),
    seq: seq('seq').notNull(),
    kind: text('kind', { enum: ['message', 'command'] }).notNull(),
    fromMe: boolean('from_me').notNull(),
    keyId: text('key_id').notNull(),
    /** The event's own `messageId`, or our id of this row: the variable `messageId`. */
    messageId: text('message_id').notNull(),
    /** The inbound event as it came, or the operator's command. */
    event: jsonb('event').notNull(),
    receivedAt: at('received_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.conversationId, t.seq] }), uniqueIndex('inbox_once').on(t.conversationId, t.fromMe, t.keyId)],
);

/** How each event ended: exactly one row per handled event, and the transcript of what was asked and said. */
export const turns = pgTable(
  'turns',
  {
    conversationId: uuid('conversation_id').notNull(),
    seq: seq('seq').notNull(),
    final: text('final', { enum: ['answered', 'ignored', 'uncertain', 'dead'] }).notNull(),
    reason: text('reason'),
    sessionId: uuid('session_id'),
    transcript: jsonb('transcript').notNull(),
    /** Of an uncertain one: what it turned out to be, and who found out. */
    resolution: text('resolution', { enum: ['processed', 'not_processed', 'end_session'] }),
    resolvedBy: text('resolved_by', { enum: ['operator', 'result'] }),
    resolvedAt: at('resolved_at'),
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
