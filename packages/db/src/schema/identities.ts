import { index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';

/** The phone that each other name of a contact (LID, BSUID) belongs to, learned from events. */
export const identities = pgTable(
  'identities',
  {
    /** Names are known per instance. */
    instanceId: text('instance_id').notNull(),
    /** The LID or BSUID, in normal form. */
    jid: text('jid').notNull(),
    /** The phone in canonical form; the conversation's id is derived from it. */
    phoneJid: text('phone_jid').notNull(),
    /** When an event first named both. */
    learntAt: at('learnt_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.instanceId, t.jid] }), index('identities_by_phone').on(t.instanceId, t.phoneJid)],
);
