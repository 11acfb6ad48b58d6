import type { Reply, Store } from './store.ts';
import type { Arrival } from './typebot.ts';

/** The faults of a chat that is at rest, by the number of the broken promise. */
export function faultsAtTheEnd({ row }: Store, arrivals: readonly Arrival[], delivered: readonly Reply[], delivery: string): string[] {
  const faults: string[] = [];
  const firsts = [...new Set(arrivals.map(({ seq }) => seq))];
  if (firsts.some((seq, i) => seq < (firsts[i - 1] ?? 0))) faults.push(`I3: Typebot was asked for events ${firsts.join(', ')}`);
  const sent = delivered.map(({ seq }) => seq);
  if (sent.some((seq, i) => seq !== i + 1)) faults.push(`I8: replies ${sent.join(', ')} were sent`);
  for (const each of delivered) if (!row.outbox.includes(each)) faults.push(`I9: reply ${each.seq} was never decided`);
  for (const [index, { key, kind }] of row.inbox.entries()) {
    const seq = index + 1;
    const final = row.finals.get(seq);
    const own = arrivals.filter((arrival) => arrival.seq === seq);
    const times = own.filter((arrival) => arrival.kind === 'continue').length;
    if (final === undefined) faults.push(`I1: event ${seq} never ended`);
    if (row.inbox.filter((other) => other.key === key).length > 1) faults.push(`I2: ${key} is twice in the inbox`);
    if (delivery === 'at-most-once' && times > 1) faults.push(`I5: event ${seq} was sent ${times} times`);
    if (kind !== 'message' || final !== 'answered') continue;
    if (!own.some(({ isHeard }) => isHeard)) faults.push(`I7: event ${seq} is answered and was never heard`);
    if (delivery === 'at-least-once' && own.length === 0) faults.push(`I6: event ${seq} was never sent`);
    const replies = delivered.filter((each) => each.headSeq === seq).length;
    if (replies !== 1 && !(replies === 0 && row.silenced.has(seq))) faults.push(`I8: event ${seq} has ${replies} replies`);
  }
  return faults;
}
