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
  const read = flowOf(body) ?? tapOf(body);
  if (read !== null) return read;
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

/** The answers of a WhatsApp Flow or of an address form, as the JSON they came as. */
function flowOf(body: Fields): InboundContent | null {
  const native = inside(body, 'nativeFlowResponseMessage', 'nativeFlowResponse');
  const json = text(body, 'response_json', 'responseJson') ?? (isForm(native) ? text(native, 'paramsJson') : null);
  return json === null || parsed(json) === null ? null : { kind: 'text', text: json };
}

/** What is tapped has the id of a button; a form has fields, of which one may be called so. */
function isForm(native: Fields | null): boolean {
  const name = text(native, 'name') ?? '';
  return /^(?:galaxy_message|flow|address_message)$/i.test(name);
}

/** A live location is said once: what follows while its owner moves answers nothing. */
export function locationOf(body: Fields): InboundContent | null {
  const latitude = number(body, 'latitude', 'degreesLatitude', 'lat');
  const longitude = number(body, 'longitude', 'degreesLongitude', 'lng', 'lon');
  if (latitude === null || longitude === null) return null;
  if (isUpdate(body)) return { kind: 'signal', signal: 'protocol' };
  return { kind: 'location', latitude, longitude, name: text(body, 'name', 'title'), address: text(body, 'address') };
}

/** Phones count in the last three digits, behind the time at which sharing began. */
function isUpdate(body: Fields): boolean {
  const sequence = number(body, 'sequenceNumber', 'sequence_number') ?? 0;
  return (sequence > 1_000_000 ? sequence % 1_000 : sequence) > 1 || (number(body, 'timeOffset', 'time_offset') ?? 0) > 0;
}

/** WhatsApp's protocol messages: 0 takes a message back, 14 changes one, the rest is housekeeping. */
export function protocolSignalOf(body: Fields): InboundContent {
  const type = text(body, 'type')?.toUpperCase() ?? '';
  if (type === '0' || type === 'REVOKE') return { kind: 'signal', signal: 'delete' };
  return { kind: 'signal', signal: type === '14' || type === 'MESSAGE_EDIT' ? 'edit' : 'protocol' };
}
