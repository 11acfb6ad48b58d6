import type { InboundContent } from '../inbound.ts';
import { isBlank } from '../normalise.ts';
import { isFields, type Fields } from './fields.ts';
import { kindOf, type Kind } from './kinds.ts';

type Signal = Extract<InboundContent, { kind: 'signal' }>['signal'];

/** Baileys' number and name for a message that could not be decrypted: its words may follow under the same id. */
const undecryptedStub: ReadonlySet<unknown> = new Set([2, '2', 'CIPHERTEXT']);

/** Types that gateways write where they know none. Any other type without content is a message of a new kind. */
const untyped = /^(?:unknown|undefined|null|none|messageContextInfo)?$/i;

/** Why an event of which nothing could be read says nothing at all. Null: it says something, of a kind that we do not know. */
export function wordlessSignal(contentType: string, kind: Kind | null, body: Fields, around: readonly Fields[]): Signal | null {
  const stub = around.map((fields) => fields['messageStubType']).find((type) => type !== undefined && type !== null && type !== 0);
  if (stub !== undefined) return undecryptedStub.has(stub) ? 'undecrypted' : 'protocol';
  const names = Object.keys(body).filter((name) => !/^messageContextInfo$/i.test(name) && !saysNothing(body[name]));
  if (names.length > 0 && names.every((name) => kindOf(name) === 'undecrypted')) return 'undecrypted';
  if (kind === 'text') return 'empty';
  const isUntyped = kind === 'wrapper' || (kind === null && (untyped.test(contentType) || 'messageContextInfo' in body));
  return isUntyped && names.length === 0 ? 'empty' : null;
}

function saysNothing(value: unknown): boolean {
  if (typeof value === 'string') return isBlank(value);
  return value === undefined || value === null || (isFields(value) && Object.keys(value).length === 0);
}
