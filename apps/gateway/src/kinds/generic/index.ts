import { assertInbound, type InboundEvent, InvalidEventError, type OutboundMessage } from '@typelane/client';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import type { Call, Called } from '../../call.ts';
import { fields, text } from '../../fields.ts';
import { baseURL } from '../fields.ts';
import { type ChannelOf, type Check, kind, type SendOutcome, type Sending, type StatusTold, type Told } from '../kind.ts';

const settings = z.strictObject({
  url: baseURL.describe('Where each message of a reply is posted, signed.'),
  secret: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,100}={0,2}$/, '`whsec_` and base64 of at least 24 bytes')
    .describe('Signs webhooks in both directions, by Standard Webhooks.'),
});

type Settings = z.output<typeof settings>;

/** A program of one's own that would rather speak HTTP than Redis: our inbound event comes in signed, each message goes out signed. */
export const generic = kind<Settings>({
  name: 'generic',
  settings,
  secrets: ['secret'],
  bodySizeBytesMax: 1_024 * 1_024,
  capabilities: {
    asOf: '2026-12-01',
    source: 'docs/gateways/generic.md',
    buttons: true,
    lists: true,
    clientMessageId: 'all',
    correlation: true,
    retries: 'up to the program',
    webhookTimeoutMs: null,
    pace: null,
  },
  verify({ headers, raw }, { secret }) {
    try {
      // Compares in constant time, and refuses what is older than five minutes.
      new Webhook(secret).verify(raw, definedOnly(headers));
      return true;
    } catch {
      return false;
    }
  },
  parse,
  send,
  status: ping,
  register: null,
});

function definedOnly(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** One inbound event or an array of them. The channel says of which instance they are. */
function parse(body: unknown, { instanceId }: ChannelOf<Settings>): Told {
  const told: Told = { events: [], statuses: [], connection: null, ignored: [] };
  for (const one of Array.isArray(body) ? body : [body]) {
    const event = { ...fields(one), instance: { ...fields(fields(one)['instance']), instanceId } };
    const status = statusIn(event);
    if (status !== null) told.statuses.push(status);
    else if (isInbound(event)) told.events.push(event);
    else told.ignored.push('not_an_inbound_event');
  }
  return told;
}

function isInbound(event: unknown): event is InboundEvent {
  try {
    assertInbound(event);
    return true;
  } catch (error) {
    if (error instanceof InvalidEventError) return false;
    throw error;
  }
}

const statusNames = new Set<string>(['sent', 'delivered', 'read', 'failed']);

/** `messages.update` with `content.status`. */
function statusIn(event: Record<string, unknown>): StatusTold | null {
  const data = fields(event['data']);
  const content = fields(data['content']);
  const [keyId, status] = [text(data['keyId']), text(content['status'])];
  if (event['event'] !== 'messages.update' || keyId === null || status === null || !statusNames.has(status)) return null;
  const reason = status === 'failed' ? (text(content['reason']) ?? 'no words').slice(0, 500) : null;
  return { keyId, status: status as StatusTold['status'], reason, messageId: text(content['messageId']) };
}

/** `webhook-id` is the message's id at every attempt: the receiver deduplicates by it. */
async function send(message: OutboundMessage, to: Sending, channel: ChannelOf<Settings>, call: Call): Promise<SendOutcome> {
  const { url, secret } = channel.settings;
  const body = JSON.stringify({
    type: 'message',
    instanceId: channel.instanceId,
    replyId: to.replyId,
    index: to.index,
    to: to.to,
    inReplyTo: to.inReplyTo,
    message,
  });
  const at = new Date();
  const headers = {
    'webhook-id': message.id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret).sign(message.id, at, body),
  };
  return outcomeOf(await call('POST', url, { headers, text: body, signal: to.signal }));
}

function outcomeOf(called: Called): SendOutcome {
  if (called.type === 'failed') {
    return called.reached === 'no' ? { type: 'later', reason: called.code, afterMs: null } : { type: 'uncertain', reason: called.code };
  }
  const { status, body, retryAfterMs } = called;
  if (status >= 200 && status < 300) return { type: 'sent', keyId: text(fields(body)['keyId']) };
  const reason = `HTTP ${status}`;
  if (status === 401 || status === 403) return { type: 'misconfigured', reason };
  if (status === 429 || status === 503) return { type: 'later', reason, afterMs: retryAfterMs };
  return status >= 500 ? { type: 'uncertain', reason } : { type: 'refused', reason };
}

/** A signed `ping`, which a receiver answers with 2xx and does nothing about. */
async function ping({ url, secret }: Settings, call: Call): Promise<Check[]> {
  const body = JSON.stringify({ type: 'ping' });
  const at = new Date();
  const id = `ping-${at.getTime()}`;
  const signature = new Webhook(secret).sign(id, at, body);
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)), 'webhook-signature': signature };
  const called = await call('POST', url, { headers, text: body, timeoutMs: 10_000 });
  if (called.type === 'failed')
    return [{ check: 'reachable', ok: false, sentence: `${new URL(url).host} cannot be reached: ${called.code}.` }];
  const isTaken = called.status >= 200 && called.status < 300;
  return [
    { check: 'reachable', ok: true, sentence: `${new URL(url).host} answers.` },
    {
      check: 'ping',
      ok: isTaken,
      sentence: isTaken ? 'A signed ping was taken.' : `A signed ping was answered with HTTP ${called.status}.`,
    },
  ];
}
