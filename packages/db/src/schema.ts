import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';

const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });
const seq = (name: string) => bigint(name, { mode: 'number' });

export const businesses = pgTable('businesses', {
  businessId: text('business_id').primaryKey(),
  name: text('name').notNull(),
  createdAt: at('created_at').notNull().defaultNow(),
  updatedAt: at('updated_at').notNull().defaultNow(),
});

/** A WhatsApp number. Its id is the producer's and unique over all tenants. */
export const instances = pgTable(
  'instances',
  {
    instanceId: text('instance_id').primaryKey(),
    businessId: text('business_id')
      .notNull()
      .references(() => businesses.businessId),
    name: text('name'),
    createdAt: at('created_at').notNull().defaultNow(),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (t) => [index('instances_by_business').on(t.businessId)],
);

/** Tokens are shown once; only their hash is kept. */
export const apiKeys = pgTable(
  'api_keys',
  {
    keyId: uuid('key_id').primaryKey(),
    scope: text('scope', { enum: ['admin', 'business', 'instance'] }).notNull(),
    businessId: text('business_id').references(() => businesses.businessId, { onDelete: 'cascade' }),
    instanceId: text('instance_id').references(() => instances.instanceId, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    /** SHA-256 of the whole token, hex. The token is 256 random bits, so a fast hash is right. */
    hash: text('hash').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
    expiresAt: at('expires_at'),
    revokedAt: at('revoked_at'),
  },
  (t) => [
    check(
      'api_keys_scope',
      sql`(${t.scope} = 'admin' and ${t.businessId} is null and ${t.instanceId} is null)
      or (${t.scope} = 'business' and ${t.businessId} is not null and ${t.instanceId} is null)
      or (${t.scope} = 'instance' and ${t.businessId} is not null and ${t.instanceId} is not null)`,
    ),
    index('api_keys_by_business').on(t.businessId),
  ],
);

export const typebotIntegrations = pgTable('typebot_integrations', {
  typebotIntegrationId: uuid('typebot_integration_id').primaryKey(),
  instanceId: text('instance_id')
    .notNull()
    .unique()
    .references(() => instances.instanceId, { onDelete: 'cascade' }),
  publicId: text('public_id').notNull(),
  typebotURL: text('typebot_url').notNull(),
  enabled: boolean('enabled').notNull(),
  /** What the operator wrote; read with defaults by core's settings schema. */
  settings: jsonb('settings').notNull(),
  createdAt: at('created_at').notNull().defaultNow(),
  updatedAt: at('updated_at').notNull().defaultNow(),
});

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
    /** Seq of the last event taken in; `in_seq > handled_seq` means work. */
    inSeq: seq('in_seq').notNull().default(0),
    handledSeq: seq('handled_seq').notNull().default(0),
    /** Seq of the last reply decided; the reply `acked_seq + 1` is the one handed to the outbound queue. */
    outSeq: seq('out_seq').notNull().default(0),
    ackedSeq: seq('acked_seq').notNull().default(0),
    /** An operator's pause or close of this seq waits: until it is handled, nothing more is handed out. */
    holdSeq: seq('hold_seq').notNull().default(0),
    version: seq('version').notNull().default(0),
    /** Names the last commit: whoever lost the answer to one finds out whether it was written. */
    commitId: uuid('commit_id'),
    /** core's conversation state. */
    state: jsonb('state').notNull(),
    /** A call to Typebot is on record and may be running until then (deadline plus quarantine). */
    openCallUntil: at('open_call_until'),
    /** Typebot may still be at work on a call we gave up on: no call is made before. */
    quietUntil: at('quiet_until'),
    /** Nothing is to be done before. */
    notBefore: at('not_before'),
    createdAt: at('created_at').notNull().defaultNow(),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (t) => [
    // Not unique: the key is made of both already, and a second unique index lets two ingesters of a new chat deadlock.
    index('conversations_by_chat').on(t.instanceId, t.jid),
    // Not on updated_at: an index on what every step writes would cost a fifth of PostgreSQL's share of a turn (265 to 209 us).
    index('conversations_with_work')
      .on(t.conversationId)
      .where(sql`in_seq > handled_seq`),
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
    endedAt: at('ended_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.conversationId, t.seq] }), index('turns_by_session').on(t.sessionId)],
);

/** Replies in the order they were decided. Only the first unacknowledged one of a chat is on the outbound queue. */
export const outbox = pgTable(
  'outbox',
  {
    conversationId: uuid('conversation_id').notNull(),
    seq: seq('seq').notNull(),
    replyId: uuid('reply_id').notNull().unique(),
    /** The outbound job without its `seq`. */
    reply: jsonb('reply').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
    /** Handed to the outbound queue (or about to be: the sweep makes sure). */
    handedAt: at('handed_at'),
    ackedAt: at('acked_at'),
    /** WhatsApp's ids of what was sent. */
    keyIds: text('key_ids').array(),
    /** Why the consumer gave up, when it did. */
    failure: text('failure'),
  },
  (t) => [
    primaryKey({ columns: [t.conversationId, t.seq] }),
    index('outbox_waiting')
      .on(t.conversationId, t.seq)
      .where(sql`handed_at is null`),
    index('outbox_in_flight')
      .on(t.handedAt)
      .where(sql`handed_at is not null and acked_at is null`),
  ],
);

/** The API's resource. Our id, never Typebot's: the remote id is a capability and changes on restart. */
export const sessions = pgTable(
  'sessions',
  {
    sessionId: uuid('session_id').primaryKey(),
    conversationId: uuid('conversation_id').notNull(),
    instanceId: text('instance_id').notNull(),
    keyRemoteJid: text('key_remote_jid').notNull(),
    typebotIntegrationId: uuid('typebot_integration_id'),
    status: text('status', { enum: ['open', 'paused', 'closed'] }).notNull(),
    reason: text('reason'),
    /** core's BotSession as it stood at the last change of status: what a reopened session goes on with. */
    bot: jsonb('bot'),
    createdAt: at('created_at').notNull().defaultNow(),
    updatedAt: at('updated_at').notNull().defaultNow(),
    closedAt: at('closed_at'),
  },
  (t) => [
    index('sessions_newest').on(t.instanceId, t.createdAt.desc(), t.sessionId.desc()),
    index('sessions_by_chat').on(t.instanceId, t.keyRemoteJid),
    uniqueIndex('sessions_one_live_per_chat')
      .on(t.instanceId, t.keyRemoteJid)
      .where(sql`status <> 'closed'`),
  ],
);

/** WhatsApp ids of our own sends: what keeps them from being taken for a human's words. */
export const sentKeys = pgTable(
  'sent_keys',
  {
    instanceId: text('instance_id').notNull(),
    keyId: text('key_id').notNull(),
    sentAt: at('sent_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.instanceId, t.keyId] })],
);

/** What could not be taken into any chat's inbox: kept with its reason, blocking nobody. */
export const deadLetters = pgTable(
  'dead_letters',
  {
    deadLetterId: uuid('dead_letter_id').primaryKey(),
    instanceId: text('instance_id'),
    /** Where it came from: `inbound`. */
    source: text('source').notNull(),
    /** Redis id of the job and the place of the event in it: one dead letter each, however often it is met. */
    sourceKey: text('source_key').notNull().unique(),
    reason: text('reason').notNull(),
    /** Sentences that name the field, what was expected and what came. */
    details: text('details').array().notNull(),
    /** The text as it came, whole. */
    payload: text('payload').notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [index('dead_letters_by_instance').on(t.instanceId, t.createdAt)],
);
