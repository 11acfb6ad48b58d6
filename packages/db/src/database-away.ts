/** The driver's own error. The one drizzle wraps around it quotes the statement's parameters, which name contacts: not for logs. */
export function withoutParameters(error: unknown): unknown {
  return error instanceof Error && 'params' in error ? error.cause : error;
}

/** Whether a statement failed because PostgreSQL could not be reached or is going down, not because of the statement. */
export function isDatabaseAway(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string' && away.test(at.code)) return true;
  }
  return false;
}

/**
 * Codes of the driver, of the socket, and of PostgreSQL itself: connection exceptions, shutdown, too many connections, and a transaction
 * that was ended because the process stood still in the middle of it.
 */
const away =
  /^(CONNECT_TIMEOUT|CONNECTION_\w+|ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|08\w{3}|57P0[123]|53300|25P03)$/;
