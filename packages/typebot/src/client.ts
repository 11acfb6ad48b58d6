import type { BotCall, BotInquiry, BotOutcome, InquiryOutcome } from '@typelane/core';
import { createHttpClient, type Egress } from '@typelane/runtime';
import { outcomeOf } from './outcome.ts';
import { requestOf } from './request.ts';
import { foundIn, inspect, notInspected } from './results.ts';

export type TypebotClientOptions = {
  /** Checks each call's address. Its agents check at connect what the name resolves to. Its reasons become part of causes. */
  egress: Pick<Egress, 'check' | 'agents'>;
  /** Milliseconds for a whole call. `AskOptions` may override it. */
  timeoutMs: number;
  /** Default 1 MiB, after decompression. A larger response is aborted and its outcome is uncertain. */
  responseSizeMaxBytes?: number;
};

export type AskOptions = {
  timeoutMs?: number;
  /** On the clock of `performance.now()`. A call that is not on the wire by then ends as `notSent` with cause `late`. */
  sendBefore?: number;
  /** Aborts the call: it ends as `notSent` if nothing was sent yet, else as `uncertain`. */
  signal?: AbortSignal;
  /** W3C trace context. Another value is left out. */
  traceparent?: string | null;
};

export type TypebotClient = {
  /** Makes the call once. Does not throw: every end is an outcome. */
  ask(call: BotCall, options?: AskOptions): Promise<BotOutcome>;
  /** Reads what Typebot has stored of a session, with at most two requests of `timeoutMs` each. `token`: of the account that owns the bot; used for nothing else. Does not throw. */
  inspect(inquiry: BotInquiry, options: { token: string; timeoutMs?: number }): Promise<InquiryOutcome>;
  /** Aborts running calls as `signal` does, and refuses later ones. The agents belong to the egress and stay open. */
  close(): void;
};

/** A client of Typebot's chat API (startChat and continueChat) and results API. It has no state: the caller must make one call per session at a time. */
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

/** For a bot's whole definition: the largest have some megabytes. */
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
