import type { InboundContent } from '../inbound.ts';
import { inside, isFields, number, text, type Fields } from './fields.ts';

/** A cart that was sent from a catalogue. `total`: in the currency's main unit; `items`: how many pieces. Empty texts: not told. */
export type Order = { id: string; items: string; total: string; currency: string; message: string };

/** A cart as text a bot can read: the contact's own words, else what is in it, as signs that need no language. */
export function orderContent(body: Fields): InboundContent | null {
  const order = orderIn(body);
  if (order.message !== '') return { kind: 'text', text: order.message };
  const lines = productsIn(body).map(lineOf);
  const parts = [order.id && `#${order.id}`, order.items && `×${order.items}`, `${order.currency} ${order.total}`.trim()];
  const summary = parts.filter((part) => part !== '').join(' ');
  const words = [...lines, summary && `🛒 ${summary}`].filter((line) => line !== '').join('\n');
  return words === '' ? null : { kind: 'text', text: words };
}

/** The fields of Baileys, flat or nested, and of the Cloud API, which lists the products. */
export function orderIn(body: Fields): Order {
  const products = productsIn(body);
  const thousandths = number(body, 'totalAmount1000');
  const sum = products.reduce((total, product) => total + amountOf(product), 0);
  const total = thousandths === null ? number(body, 'total', 'totalAmount') : thousandths / 1_000;
  const count = products.reduce((all, product) => all + (number(product, 'quantity') ?? 1), 0);
  return {
    id: text(body, 'orderId', 'order_id', 'id') ?? '',
    items: text(body, 'itemCount', 'item_count') ?? (count > 0 ? String(count) : ''),
    total: (total ?? sum) > 0 ? (total ?? sum).toFixed(2) : '',
    currency: text(body, 'totalCurrencyCode', 'currency') ?? text(products[0] ?? null, 'currency') ?? '',
    message: text(body, 'message', 'text', 'note') ?? '',
  };
}

function productsIn(body: Fields): Fields[] {
  const lists = [body['product_items'], body['products'], body['items'], inside(body, 'order')?.['product_items']];
  return lists.filter(Array.isArray).flat().filter(isFields);
}

function amountOf(product: Fields): number {
  return (number(product, 'quantity') ?? 1) * (number(product, 'item_price', 'price') ?? 0);
}

function lineOf(product: Fields): string {
  const name = text(product, 'name', 'title', 'product_retailer_id', 'retailerId', 'id') ?? '';
  const price = number(product, 'item_price', 'price');
  return [
    `${number(product, 'quantity') ?? 1} ×`,
    name,
    price === null ? '' : `${text(product, 'currency') ?? ''} ${price.toFixed(2)}`.trim(),
  ]
    .filter((part) => part !== '')
    .join(' ');
}
