import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { bulkStartContacts, bulkStarts } from '../schema/index.ts';
import { inDrizzleTransaction } from '../transaction.ts';

export type BulkStart = typeof bulkStarts.$inferSelect;

export type NewBulkStart = {
  bulkStartId: string;
  instanceId: string;
  /** Contacts started a minute, at most. */
  perMinute: number;
  publicId: string | null;
  startMessage: string | null;
  /** For every contact; a contact's own win. */
  variables: Record<string, string>;
  force: boolean;
  contacts: { keyRemoteJid: string; variables: Record<string, string> }[];
};

/** Contacts of one insert: PostgreSQL takes 65,535 parameters in a statement, and a contact is five of them. */
const chunkSize = 5_000;

/** Keeps the list; one that is kept under this id already stays as it is. Nothing is started before it is whole. */
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
      if (!known) throw new Error('The list was neither kept nor known');
      return known;
    }
    const rows = contacts.map((contact, i) => ({ bulkStartId, place: i + 1, sessionId: randomUUID(), ...contact }));
    for (let from = 0; from < rows.length; from += chunkSize) {
      await transaction.insert(bulkStartContacts).values(rows.slice(from, from + chunkSize));
    }
    return created;
  });
}
