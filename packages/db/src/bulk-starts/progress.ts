import type { Sql } from 'postgres';

/**
 * How far a contact is: `waiting` in the list, `ordered` (its command is in the inbox), `started`, `refused` (a session is open, or a human has
 * the conversation), `failed` (the bot did not answer), `uncertain` (it is unknown whether the bot was started).
 */
export const bulkOutcomes = ['waiting', 'ordered', 'started', 'refused', 'failed', 'uncertain'] as const;
export type BulkOutcome = (typeof bulkOutcomes)[number];

/** Number of contacts by outcome. */
export type BulkProgress = Record<BulkOutcome, number>;

export type BulkContact = {
  place: number;
  keyRemoteJid: string;
  outcome: BulkOutcome;
  /** Why it was refused or failed, such as `conflict_paused`. */
  reason: string | null;
  /** The session that was started, if any. */
  sessionId: string | null;
};

export async function progressOf(sql: Sql<{ bigint: number }>, bulkStartId: string): Promise<BulkProgress> {
  const rows = await sql<{ outcome: BulkOutcome; contacts: number }[]>`
    select outcome, count(*) as contacts from (${contactsOf(sql, bulkStartId)}) c group by outcome`;
  const counted = new Map(rows.map(({ outcome, contacts }) => [outcome, contacts]));
  return Object.fromEntries(bulkOutcomes.map((outcome) => [outcome, counted.get(outcome) ?? 0])) as BulkProgress;
}

/** In the order of the list. `after`: the place of the previous page's last contact. */
export async function listBulkContacts(
  sql: Sql<{ bigint: number }>,
  bulkStartId: string,
  { outcome, limit, after }: { outcome: BulkOutcome | null; limit: number; after: number },
): Promise<BulkContact[]> {
  return sql<BulkContact[]>`
    select * from (${contactsOf(sql, bulkStartId)}) c
    where place > ${after} and (${outcome}::text is null or outcome = ${outcome})
    order by place limit ${limit}`;
}

function contactsOf(sql: Sql<{ bigint: number }>, bulkStartId: string) {
  return sql`
    select c.place, c.key_remote_jid as "keyRemoteJid", t.reason, case when t.final = 'answered' then c.session_id end as "sessionId",
      case
        when c.conversation_id is null then 'waiting'
        when t.final is null then 'ordered'
        when t.final = 'answered' then 'started'
        when t.final = 'ignored' then 'refused'
        when t.final = 'dead' then 'failed'
        else 'uncertain'
      end as outcome
    from bulk_start_contacts c left join turns t using (conversation_id, seq)
    where c.bulk_start_id = ${bulkStartId}`;
}
