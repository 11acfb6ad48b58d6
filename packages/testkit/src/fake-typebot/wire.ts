import type { ContinueCall, StartCall } from './engine.ts';
import { isFields, isTexts } from './fields.ts';
import type { Fields } from './fields.ts';
import type { TurnMessage } from './turn.ts';
import { invalidInput, malformedRequest } from './typebot-error.ts';
import type { Issue, TypebotError } from './typebot-error.ts';
import type { Dialect } from './version.ts';
import type { BubbleFormat } from './walk.ts';

/** What a request is about, by its method and path. */
export type Route =
  | { kind: 'start'; publicId: string; sessionId: null }
  | { kind: 'continue'; publicId: null; sessionId: string }
  | { kind: 'look'; typebotId: string; resultId: string | null }
  | { kind: 'preview' }
  | { kind: 'health' }
  | { kind: 'unknown' };

const chatPath = /^\/+api\/v1\/(typebots|sessions)\/([^/?]+)\/(startChat|continueChat)\/?(?:\?|$)/;

const lookPath = /^\/+api\/v1\/typebots\/([^/?]+)(?:\/results\/([^/?]+))?\/?(?:\?|$)/;

export function routeOf(method: string, url: string): Route {
  const [, resource, id, call] = (method === 'POST' && chatPath.exec(url)) || [];
  if (id !== undefined && resource === 'typebots' && call === 'startChat') return { kind: 'start', publicId: decode(id), sessionId: null };
  if (id !== undefined && resource === 'sessions' && call === 'continueChat')
    return { kind: 'continue', sessionId: decode(id), publicId: null };
  const [, typebotId, resultId] = (method === 'GET' && lookPath.exec(url)) || [];
  if (typebotId !== undefined)
    return { kind: 'look', typebotId: decode(typebotId), resultId: resultId === undefined ? null : decode(resultId) };
  if (method === 'POST' && /^\/+api\/v1\/typebots\/[^/]+\/preview\/startChat/.test(url)) return { kind: 'preview' };
  return method === 'GET' && /^(?:\/api)?\/healthz$/.test(url) ? { kind: 'health' } : { kind: 'unknown' };
}

function decode(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

export type Checked<T> = { ok: true; value: T } | { ok: false; error: TypebotError };

/** No body is the same as `{}`. What is not declared as JSON is taken for a text. */
export function readFields(text: string, contentType: string | undefined): Checked<Fields> {
  if (text === '') return { ok: true, value: {} };
  if (!contentType?.startsWith('application/json')) return refused([wrongType('object', text, [])]);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { ok: false, error: malformedRequest };
  }
  return isFields(body) ? { ok: true, value: body } : refused([wrongType('object', body, [])]);
}

export function checkStart(fields: Fields, dialect: Dialect): Checked<Omit<StartCall, 'origin'>> {
  const { message, resultId, isStreamEnabled, isOnlyRegistering, prefilledVariables } = fields;
  const issues = [
    ...(message === undefined ? [] : issuesOfMessage(message, dialect)),
    ...issuesOf('string', { resultId }),
    ...issuesOf('boolean', { isStreamEnabled, isOnlyRegistering }),
    ...(prefilledVariables === undefined || isFields(prefilledVariables)
      ? []
      : [wrongType('record', prefilledVariables, ['prefilledVariables'])]),
    ...issuesOfFormat(fields, dialect),
  ];
  if (issues.length > 0) return refused(issues);
  return {
    ok: true,
    value: {
      message: message === undefined ? null : toMessage(message),
      variables: isFields(prefilledVariables) ? prefilledVariables : null,
      isOnlyRegistering: isOnlyRegistering === true,
      resultId: typeof resultId === 'string' ? resultId : null,
      format: formatOf(fields, dialect),
    },
  };
}

export function checkContinue(fields: Fields, dialect: Dialect): Checked<Omit<ContinueCall, 'origin'>> {
  const { message } = fields;
  const isNone = message === undefined || (message === null && dialect.objectMessages);
  const issues = [...(isNone ? [] : issuesOfMessage(message, dialect)), ...issuesOfFormat(fields, dialect)];
  if (issues.length > 0) return refused(issues);
  return { ok: true, value: { message: isNone ? null : toMessage(message), format: formatOf(fields, dialect) } };
}

/** Null: it is none of the forms there are. */
function toMessage(message: unknown): TurnMessage | null {
  if (typeof message === 'string') return { type: 'text', text: message };
  if (!isFields(message)) return null;
  const { type, text, url, command, attachedFileUrls, metadata } = message;
  if (type === 'audio' && typeof url === 'string') return { type, url };
  if (type === 'command' && typeof command === 'string') return { type, command };
  if (type !== 'text' || typeof text !== 'string') return null;
  const replyId = isFields(metadata) ? metadata['replyId'] : undefined;
  return {
    type,
    text,
    ...(isTexts(attachedFileUrls) && { attachedFileUrls }),
    ...(typeof replyId === 'string' && { metadata: { replyId } }),
  };
}

function issuesOfMessage(message: unknown, { objectMessages }: Dialect): Issue[] {
  if (typeof message === 'string') return [];
  if (!objectMessages) return [wrongType('string', message, ['message'])];
  if (!isFields(message)) return [wrongType('object', message, ['message'])];
  if (message['type'] === 'audio') return issuesOf('string', { url: message['url'] }, true);
  if (message['type'] === 'command') return issuesOf('string', { command: message['command'] }, true);
  return message['type'] === 'text' ? issuesOfText(message) : [unknownType];
}

const unknownType: Issue = {
  code: 'invalid_union',
  errors: [],
  note: 'No matching discriminator',
  discriminator: 'type',
  path: ['message', 'type'],
  message: 'Invalid input',
};

function issuesOfText({ text, attachedFileUrls, metadata }: Fields): Issue[] {
  const issues = issuesOf('string', { text }, true);
  if (attachedFileUrls !== undefined && !isTexts(attachedFileUrls))
    issues.push(wrongType('array', attachedFileUrls, ['message', 'attachedFileUrls']));
  if (metadata !== undefined && !isFields(metadata)) issues.push(wrongType('object', metadata, ['message', 'metadata']));
  const replyId = isFields(metadata) ? metadata['replyId'] : undefined;
  if (replyId !== undefined && typeof replyId !== 'string') issues.push(wrongType('string', replyId, ['message', 'metadata', 'replyId']));
  return issues;
}

/** Issues of fields of one type; of the request itself, where they are optional, or of its message, where they are not. */
function issuesOf(expected: 'string' | 'boolean', fields: Fields, inMessage = false): Issue[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    if (typeof value === expected || (value === undefined && !inMessage)) return [];
    return [wrongType(expected, value, inMessage ? ['message', name] : [name])];
  });
}

function issuesOfFormat({ textBubbleContentFormat: format }: Fields, { bubbleFormats }: Dialect): Issue[] {
  if (!bubbleFormats || format === undefined || format === 'richText' || format === 'markdown') return [];
  const message = 'Invalid option: expected one of "richText"|"markdown"';
  return [{ code: 'invalid_value', values: ['richText', 'markdown'], path: ['textBubbleContentFormat'], message }];
}

function formatOf({ textBubbleContentFormat }: Fields, { bubbleFormats }: Dialect): BubbleFormat {
  if (!bubbleFormats) return 'untyped';
  return textBubbleContentFormat === 'markdown' ? 'markdown' : 'richText';
}

function wrongType(expected: string, value: unknown, path: string[]): Issue {
  return { expected, code: 'invalid_type', path, message: `Invalid input: expected ${expected}, received ${nameOf(value)}` };
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function refused(issues: Issue[]): { ok: false; error: TypebotError } {
  return { ok: false, error: invalidInput(issues) };
}
