import type { InboundContent } from '../inbound.ts';
import { inside, number, parsed, text, type Fields } from './fields.ts';

const textNames = ['text', 'conversation', 'body', 'caption', 'content', 'message'];

/** A text under one of the usual names; else, unless told otherwise, the only text there is. */
export function textOf(body: Fields, only?: 'known names only'): InboundContent | null {
  const found = text(body, ...textNames) ?? (only === undefined ? onlyText(body) : null);
  return found === null ? null : { kind: 'text', text: found };
}

function onlyText(body: Fields): string | null {
  const [first, second] = Object.entries(body).filter(([, value]) => typeof value === 'string');
  return first !== undefined && second === undefined ? text(body, first[0]) : null;
}

/** A tapped button or row, by any of the names gateways have for its id and its title. */
export function replyOf(body: Fields): InboundContent | null {
  const tap = tapOf(body);
  if (tap !== null) return tap;
  const id = text(body, 'id', 'rowId', 'buttonId', 'payload');
  const title = text(body, 'title', 'displayText', 'text', 'name');
  return id === null && title === null ? null : { kind: 'reply', id: id ?? '', title: title ?? '' };
}

/** The same, only by names that nothing else has: some gateways call a tap a text. */
export function tapOf(body: Fields): InboundContent | null {
  const row = inside(body, 'singleSelectReply');
  const flow = inside(body, 'nativeFlowResponseMessage', 'nativeFlowResponse') ?? body;
  const params = parsed(flow['paramsJson']);
  const id =
    text(body, 'selectedButtonId', 'selectedRowId', 'selectedId', 'selectedButtonID', 'selectedRowID', 'selectedID') ??
    text(row, 'selectedRowId', 'selectedRowID') ??
    text(params, 'id', 'selectedId', 'rowId');
  if (id === null) return null;
  const title =
    text(body, 'selectedDisplayText', 'title', 'displayText', 'text') ??
    text(params, 'display_text', 'displayText', 'title') ??
    text(inside(body, 'body'), 'text');
  return { kind: 'reply', id, title: title ?? '' };
}

export function locationOf(body: Fields): InboundContent | null {
  const latitude = number(body, 'latitude', 'degreesLatitude', 'lat');
  const longitude = number(body, 'longitude', 'degreesLongitude', 'lng', 'lon');
  if (latitude === null || longitude === null) return null;
  return { kind: 'location', latitude, longitude, name: text(body, 'name', 'title'), address: text(body, 'address') };
}

/** WhatsApp's protocol messages: 0 takes a message back, 14 changes one, the rest is housekeeping. */
export function protocolSignalOf(body: Fields): InboundContent {
  const type = text(body, 'type')?.toUpperCase() ?? '';
  if (type === '0' || type === 'REVOKE') return { kind: 'signal', signal: 'delete' };
  return { kind: 'signal', signal: type === '14' || type === 'MESSAGE_EDIT' ? 'edit' : 'protocol' };
}
