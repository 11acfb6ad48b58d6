import { randomUUID } from 'node:crypto';
import type { Database } from '../database.ts';
import { bulkStartContacts, bulkStarts } from '../schema/index.ts';
import { inDrizzleTransaction } from '../transaction.ts';

export type BulkStart = typeof bulkStarts.$inferSelect;

export type NewBulkStart = {
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

/** Keeps the list. Nothing is started before it is whole. */
export async function createBulkStart({ drizzle }: Database, { contacts, ...wanted }: NewBulkStart): Promise<BulkStart> {
  const bulkStartId = randomUUID();
  return inDrizzleTransaction(drizzle, async (transaction) => {
    const [created] = await transaction
      .insert(bulkStarts)
      .values({ bulkStartId, status: 'running', ...wanted })
      .returning();
    if (!created) throw new Error('The list was not kept');
    const rows = contacts.map((contact, i) => ({ bulkStartId, place: i + 1, sessionId: randomUUID(), ...contact }));
    for (let from = 0; from < rows.length; from += chunkSize) {
      await transaction.insert(bulkStartContacts).values(rows.slice(from, from + chunkSize));
    }
    return created;
  });
}
