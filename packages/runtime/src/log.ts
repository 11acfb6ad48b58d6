import { type Logger, pino, stdSerializers, type DestinationStream } from 'pino';

export type Log = Logger;

/**
 * JSON lines on standard output. Messages of contacts and bots are never logged. An error is reduced to its name, code, message, stack and
 * cause, because drivers attach parameters and requests to theirs.
 */
export function createLog(level: string, destination?: DestinationStream): Log {
  const options = { level, base: null, serializers: { err: plainError }, timestamp: () => `,"time":"${new Date().toISOString()}"` };
  return destination ? pino(options, destination) : pino(options);
}

function plainError(error: unknown): unknown {
  if (!(error instanceof Error)) return stdSerializers.err(error as Error);
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? error.code : undefined;
  // Messages of PostgreSQL's data errors (classes 22 and 23) quote parameters, which may be a contact's words.
  const isAboutData = typeof code === 'string' && /^2[23]/.test(code);
  return {
    name,
    code,
    message: isAboutData ? '(kept back: it may quote data)' : message,
    stack: isAboutData ? undefined : stack,
    cause: cause && plainError(cause),
  };
}
