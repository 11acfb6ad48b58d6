import { type Logger, pino, stdSerializers, type DestinationStream } from 'pino';

export type Log = Logger;

/**
 * JSON lines on standard output. What contacts and bots say is never logged; an error is reduced to its name, code, message and stack, since
 * drivers hang parameters and requests on theirs, and a query that failed is not quoted with its values.
 */
export function createLog(level: string, destination?: DestinationStream): Log {
  const options = { level, base: null, serializers: { err: plainError }, timestamp: () => `,"time":"${new Date().toISOString()}"` };
  return destination ? pino(options, destination) : pino(options);
}

function plainError(error: unknown): unknown {
  if (!(error instanceof Error)) return stdSerializers.err(error as Error);
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? error.code : undefined;
  // PostgreSQL puts whole parameters into messages of data errors (class 22 and 23): contacts' words.
  const isAboutData = typeof code === 'string' && /^2[23]/.test(code);
  return {
    name,
    code,
    message: isAboutData ? '(kept back: it may quote data)' : message,
    stack: isAboutData ? undefined : stack,
    cause: cause && plainError(cause),
  };
}
