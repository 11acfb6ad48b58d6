/** The driver's own error. The one drizzle wraps around it quotes the statement's parameters, which name contacts: not for logs. */
export function withoutParameters(error: unknown): unknown {
  return error instanceof Error && 'params' in error ? error.cause : error;
}

/** Whether a statement failed because PostgreSQL could not be reached or is going down, not because of the statement. */
export function isDatabaseAway(error: unknown): boolean {
  return hasCode(error, away);
}

/**
 * Whether the server is what is wrong, and not what it was given: it is away, read-only, out of room, gave up a lock, or lacks a migration
 * or a right. Any other statement of the kind would fail as well, and the same one succeeds once the server is well again.
 */
export function isServerTrouble(error: unknown): boolean {
  return hasCode(error, away) || hasCode(error, serverState);
}

function hasCode(error: unknown, codes: RegExp): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string' && codes.test(at.code)) return true;
  }
  return false;
}

/**
 * Codes of the driver, of the socket, and of PostgreSQL itself: connection exceptions, shutdown, too many connections, and a transaction
 * that was ended because the process stood still in the middle of it.
 */
const away =
  /^(CONNECT_TIMEOUT|CONNECTION_\w+|ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|08\w{3}|57P0[123]|53300|25P03)$/;

/**
 * Classes of SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html): transaction state, authorisation, unknown database
 * or schema, rollback (deadlock), missing table or right, resources, object state (locks), operator intervention, system error.
 */
const serverState = /^(25|28|3D|3F|40|42|53|55|57|58)\w{3}$/;
