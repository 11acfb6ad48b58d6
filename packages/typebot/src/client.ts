import type { BotCall, BotInquiry, BotOutcome, InquiryOutcome } from '@typelane/core';
import { createHttpClient, type Egress } from '@typelane/runtime';
import { outcomeOf } from './outcome.ts';
import { requestOf } from './request.ts';
import { foundIn, inspect, notInspected } from './results.ts';

export type TypebotClientOptions = {
  /** Asked before each call; its agents refuse at connect what a name resolves to. Its reasons end up in causes. */
  egress: Pick<Egress, 'check' | 'agents'>;
  /** Milliseconds a call may take in all. A call may ask for less or more. */
  timeoutMs: number;
  /** Default 1 MiB, after decompression. A larger answer is cut off and its outcome is uncertain. */
  responseSizeMaxBytes?: number;
};

export type AskOptions = {
  timeoutMs?: number;
  /** On the clock of `performance.now()`: a call that has not reached the wire by then is `notSent`, cause `late`. */
  sendBefore?: number;
  /** Ends the call where it stands: `notSent` when nothing was sent yet, else `uncertain`. */
  signal?: AbortSignal;
  /** W3C trace context; anything else is left out. */
  traceparent?: string | null;
};

export type TypebotClient = {
  /** Makes the call once. Every way it can end is an outcome; it does not throw. */
  ask(call: BotCall, options?: AskOptions): Promise<BotOutcome>;
  /** Reads what Typebot has kept of a session; `timeoutMs` is for each of two requests. `token` of the account that owns the bot goes nowhere but into them. It does not throw. */
  inspect(inquiry: BotInquiry, options: { token: string; timeoutMs?: number }): Promise<InquiryOutcome>;
  /** Ends the calls in flight as a `signal` would, and those to come. The agents belong to the egress and stay open. */
  close(): void;
};

/** The client of Typebot's chat API (startChat and continueChat) and of its results. It keeps no session: one call at a time is the caller's duty. */
export function createTypebotClient(options: TypebotClientOptions): TypebotClient {
  const { egress, responseSizeMaxBytes = 1_048_576 } = options;
  const http = createHttpClient(egress, { headers: { accept: 'application/json' } });
  let isClosed = false;

  return {
    async ask(call, { timeoutMs = options.timeoutMs, sendBefore = Infinity, signal, traceparent } = {}) {
      if (isClosed || signal?.aborted) return notSent('aborted');
      if (performance.now() > sendBefore) return notSent('late');
      const request = requestOf(call);
      if (request === null) return refused('bad_address');
      const limits = { timeoutMs, sendBefore, bodySizeBytesMax: responseSizeMaxBytes, signal: signal ?? null };
      return outcomeOf(call.type, await http.exchange({ ...request, ...traceHeader(traceparent) }, limits), Date.now());
    },
    inspect(inquiry, { token, timeoutMs = options.timeoutMs }) {
      const limits = { timeoutMs, bodySizeBytesMax: botSizeMaxBytes };
      return inspect(inquiry, async (request) => {
        if (isClosed) return notInspected('aborted', true);
        if (request === null) return notInspected('bad_address', false);
        return foundIn(await http.exchange({ ...request, headers: { authorization: `Bearer ${token}` } }, limits));
      });
    },
    close() {
      isClosed = true;
      http.abort();
    },
  };
}

/** Of a bot as its builder has it: the largest are some megabytes. */
const botSizeMaxBytes = 16 * 1_048_576;

const traceparentForm = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

function traceHeader(traceparent: string | null | undefined): { headers?: Record<string, string> } {
  return traceparent && traceparentForm.test(traceparent) ? { headers: { traceparent } } : {};
}

function notSent(cause: string): BotOutcome {
  return { type: 'notSent', cause, retryAfterMs: null };
}

function refused(cause: string): BotOutcome {
  return { type: 'refused', cause, status: null };
}
