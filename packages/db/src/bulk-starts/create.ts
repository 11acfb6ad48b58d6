import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { bulkStartContacts, bulkStarts } from '../schema/index.ts';
import { inDrizzleTransaction } from '../transaction.ts';

export type BulkStart = typeof bulkStarts.$inferSelect;

export type NewBulkStart = {
  bulkStartId: string;
  instanceId: string;
  /** Contacts started per minute, at most. */
  perMinute: number;
  publicId: string | null;
  startMessage: string | null;
  /** For every contact; a contact's own variables override them. */
  variables: Record<string, string>;
  force: boolean;
  contacts: { keyRemoteJid: string; variables: Record<string, string> }[];
};

/** Contacts per insert. PostgreSQL allows 65,535 parameters in a statement, and a contact needs five. */
const chunkSize = 5_000;

/** Stores the list. A list that exists under this id stays as it is. No contact is started before the whole list is stored. */
export async function createBulkStart({ drizzle }: Database, { contacts, ...wanted }: NewBulkStart): Promise<BulkStart> {
  const { bulkStartId } = wanted;
  return inDrizzleTransaction(drizzle, async (transaction) => {
    const [created] = await transaction
      .insert(bulkStarts)
      .values({ status: 'running', ...wanted })
      .onConflictDoNothing()
      .returning();
    if (!created) {
      const [known] = await transaction.select().from(bulkStarts).where(eq(bulkStarts.bulkStartId, bulkStartId));
      if (!known) throw new Error('The list is neither new nor known');
      return known;
    }
    const rows = contacts.map((contact, i) => ({ bulkStartId, place: i + 1, sessionId: randomUUID(), ...contact }));
    for (let from = 0; from < rows.length; from += chunkSize) {
      await transaction.insert(bulkStartContacts).values(rows.slice(from, from + chunkSize));
    }
    return created;
  });
}
