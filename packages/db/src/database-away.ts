import { setTimeout as sleep } from 'node:timers/promises';

/** The driver's own error, for logs. Drizzle wraps it in an error that quotes the statement's parameters, which name contacts. */
export function withoutParameters(error: unknown): unknown {
  return error instanceof Error && 'params' in error ? error.cause : error;
}

/** Whether a statement failed because PostgreSQL cannot be reached or is shutting down, and not because of the statement. */
export function isDatabaseAway(error: unknown): boolean {
  return hasCode(error, away);
}

/**
 * Whether the server is at fault and not its input: it is away, read-only, out of space or connections, rolled back on a deadlock, or lacks
 * a migration or a privilege. Similar statements would fail too, and the same statement succeeds once the server works again.
 */
export function isServerTrouble(error: unknown): boolean {
  return hasCode(error, away) || hasCode(error, serverState);
}

function hasCode(error: unknown, codes: RegExp): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string' && codes.test(cause.code)) return true;
  }
  return false;
}

/**
 * Codes of the driver, of the socket, and of PostgreSQL: connection exceptions, shutdown, too many connections, and the idle transaction
 * timeout (25P03).
 */
const away =
  /^(CONNECT_TIMEOUT|CONNECTION_\w+|ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|08\w{3}|57P0[123]|53300|25P03)$/;

/**
 * Classes of SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html): transaction state, authorization, unknown database
 * or schema, rollback (deadlock), missing table or privilege, resources, object state (locks), operator intervention, system error.
 */
const serverState = /^(25|28|3D|3F|40|42|53|55|57|58)\w{3}$/;

/** Half a minute in total; after that the sweep wakes the conversation again. */
const retry = { delayMs: 500, attemptsMax: 60 };

/**
 * Repeats a statement that failed because PostgreSQL was away, every 500 ms for up to half a minute. Only for reads and for commits: a commit
 * that was already written changes nothing. So a worker can record the outcome of its call even if PostgreSQL restarts meanwhile.
 */
export async function retryOnReconnect<T>(run: () => Promise<T>): Promise<T> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await run();
    } catch (error) {
      if (!isDatabaseAway(error) || attempts === retry.attemptsMax) throw error;
      await sleep(retry.delayMs);
    }
  }
}
