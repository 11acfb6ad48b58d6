import { skipped, type BubbleView, type Order } from './message.ts';

/**
 * What a flow written for Whaticket or Ticketz orders in a text bubble: `#{"queueId":1}`. Names without regard to case.
 * A queue or a person takes the chat over, so the bot falls silent.
 */
export const commands: ReadonlyMap<string, Order> = new Map([
  ['stopBot', 'pause'],
  ['queueId', 'pause'],
  ['userId', 'pause'],
  ['closeTicket', 'close'],
  ['endSession', 'close'],
]);
const orderOf = new Map([...commands].map(([name, order]) => [name.toLowerCase(), order]));

/** Values with which a command orders nothing. Whaticket's own are `1`, `"1"` and `true`. */
const off: ReadonlySet<unknown> = new Set([false, null, 0, '', '0', 'false']);

/** Null: the text is no command. Several names in one command may order several things. */
export function ordered(text: string): BubbleView | null {
  const source = text.trim();
  if (!/^#\s*\{[^]*\}$/.test(source)) return null;
  const fields = objectIn(source.slice(1));
  if (fields === null) return skipped('unreadable_command');
  const orders = new Set<Order>();
  const unknown: string[] = [];
  for (const [name, value] of Object.entries(fields)) {
    const order = orderOf.get(name.toLowerCase());
    if (order === undefined) unknown.push(name);
    else if (!off.has(value)) orders.add(order);
  }
  return { type: 'ordered', orders: [...orders], unknown };
}

/** Quotes that an editor made round count as straight ones. */
function objectIn(json: string): object | null {
  for (const source of [json, json.replace(/[“”„]/gu, '"')]) {
    try {
      const value: unknown = JSON.parse(source);
      return typeof value === 'object' ? value : null;
    } catch {
      continue;
    }
  }
  return null;
}
