import { index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';

/** Which phone a contact's other addresses (LID, BSUID) belong to, as far as any event has told. */
export const identities = pgTable(
  'identities',
  {
    instanceId: text('instance_id').notNull(),
    /** The other address, in its normal form. */
    jid: text('jid').notNull(),
    /** The phone in its canonical form, which names the conversation. */
    phoneJid: text('phone_jid').notNull(),
    learntAt: at('learnt_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.instanceId, t.jid] }), index('identities_by_phone').on(t.instanceId, t.phoneJid)],
);
