export type EmbeddedErrorCode =
  | 'DATA_DIR_IN_USE'
  | 'DATA_DIR_UNUSABLE'
  | 'POSTGRES_NOT_FOUND'
  | 'POSTGRES_VERSION'
  | 'POSTGRES_FAILED'
  | 'REDIS_NOT_FOUND'
  | 'REDIS_OTHER_KIND'
  | 'REDIS_FAILED';

/** A server could not be started or kept. The message is one or more sentences for the operator; `code` is for programs. */
export class EmbeddedError extends Error {
  override readonly name = 'EmbeddedError';
  readonly code: EmbeddedErrorCode;

  constructor(code: EmbeddedErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
  }
}

/** `EACCES` and the like, or null when the thrown value carries no system code. */
export function systemCode(thrown: unknown): string | null {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : null;
}
