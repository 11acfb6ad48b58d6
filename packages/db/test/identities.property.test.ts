import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { mergeConversations, type AddressedEvent } from '../src/index.ts';
import { type Contact, letter, newContact, openMailbox, tells } from './mailbox.ts';

/** Names become known at any moment, to any number of ingesters. */
const { database, write, row, inbox, loadOne, close } = await openMailbox();
afterAll(close);

describe('whatever meets', () => {
  const kinds = ['lid', 'phone', 'lid with phone', 'phone with lid'] as const;
  const kind = fc.constantFrom(...kinds);
  const from = (who: Contact, of: (typeof kinds)[number], keyId: string): AddressedEvent =>
    letter(of.startsWith('lid') ? who.lid : who.phone, keyId, of.includes('with') ? tells(who) : {});

  /** Carries the head event of a chat to its end, as a worker does. Null: there is none, or it has to wait. */
  async function handle(id: string): Promise<string | null> {
    const loaded = await loadOne(id);
    if (loaded === null) return null;
    if (loaded.mustMerge) return (await mergeConversations(database.sql, id)) ? handle(id) : null;
    await database.sql`
      update conversations set handled_seq = ${loaded.head.seq}, version = version + 1, state = '{"status":"ended","at":1}'
      where conversation_id = ${id} and version = ${loaded.version}`;
    return loaded.head.messageId;
  }

  test('a contact’s events are handled in the order of their add from the moment the names are known, and none is lost', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(kind, fc.array(fc.boolean(), { maxLength: 3 })), { minLength: 2, maxLength: 12 }),
        fc.nat(3),
        async (events, batchMax) => {
          const who = newContact();
          const handled: string[] = [];
          const work = async (id: string) => {
            const key = await handle(id);
            if (key !== null) handled.push(key);
            return key !== null;
          };
          let batch: AddressedEvent[] = [];
          for (const [index, [of, turns]] of events.entries()) {
            batch.push(from(who, of, String(index)));
            if (batch.length <= batchMax && index < events.length - 1) continue;
            await write(...batch);
            batch = [];
            for (const isPhone of turns) await work(isPhone ? who.phoneChat : who.lidChat);
          }
          while ((await work(who.phoneChat)) || (await work(who.lidChat)));
          expect(handled.toSorted()).toEqual(events.map((_, index) => String(index)).toSorted());
          const told = events.findIndex(([of]) => of.includes('with'));
          for (const name of ['lid', 'phone']) {
            const ordered = events.flatMap(([of], index) => (of.startsWith(name) || (told !== -1 && index >= told) ? [String(index)] : []));
            expect(handled.filter((key) => ordered.includes(key))).toEqual(ordered);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('of batches of several ingesters, each event stands in one inbox, and none in a conversation that was left', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.tuple(fc.nat(2), kind, fc.nat(6)), { minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 5 }),
        async (batches) => {
          const three = [newContact(), newContact(), newContact()] as const;
          const of = (index: number) => three[index as 0 | 1 | 2];
          const letters = batches.map((each) => each.map(([index, what, key]) => from(of(index), what, `${what.slice(0, 3)}${key}`)));
          await Promise.all(letters.map((each) => write(...each)));
          for (const who of three) {
            const [phones, lids] = [await inbox(who.phoneChat), await inbox(who.lidChat)];
            expect(new Set([...phones, ...lids]).size).toBe(phones.length + lids.length);
            const { merge_from = null } = (await row(who.phoneChat)) ?? {};
            const isTold = batches.flat().some(([index, what]) => of(index) === who && what.includes('with'));
            expect(merge_from).toBe(isTold && lids.length > 0 ? who.lidChat : null);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
