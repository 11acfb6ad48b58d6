import type { Dialect } from './version.ts';

export type Issue = { code: string; path: string[]; message: string; [field: string]: unknown };

/** `defined`: raised by Typebot itself; false for what it did not expect. */
export type TypebotError = { status: number; code: string; message: string; defined: boolean; issues?: Issue[] };

const notFound = (message: string): TypebotError => ({ status: 404, code: 'NOT_FOUND', message, defined: true });
const forbidden = (message: string): TypebotError => ({ status: 403, code: 'FORBIDDEN', message, defined: true });

export const badRequest = (message: string): TypebotError => ({ status: 400, code: 'BAD_REQUEST', message, defined: true });
export const botClosed = (message = 'This bot is now closed'): TypebotError => badRequest(message);
export const invalidInput = (issues: Issue[]): TypebotError => ({ ...badRequest('Input validation failed'), issues });
export const internalError = (defined = false): TypebotError => ({
  status: 500,
  code: 'INTERNAL_SERVER_ERROR',
  message: 'Internal server error',
  defined,
});

export const botNotFound = notFound('Typebot not found');
export const sessionNotFound = notFound('Session not found.');
export const resultNotFound = notFound('Result not found');
export const credentialsNotFound = notFound('Credentials not found');
export const botSuspended = forbidden('This bot is now closed');
export const originNotAllowed = forbidden('Origin not allowed');
export const unauthenticated: TypebotError = {
  status: 401,
  code: 'UNAUTHORIZED',
  message: 'You must be authenticated to access this resource',
  defined: true,
};
export const malformedRequest: TypebotError = {
  ...badRequest("Malformed request. Ensure the request body is properly formatted and the 'Content-Type' header is set correctly."),
  defined: false,
};

/** The JSON body of an error, as this version writes it. */
export function errorBody({ status, code, message, defined, issues }: TypebotError, dialect: Dialect): string {
  if (dialect.oldErrors)
    return JSON.stringify({ message, code, ...(issues && { issues: issues.map((issue) => ({ message: issue.message })) }) });
  return JSON.stringify({ defined, code, status, message, ...(issues && { data: { issues } }) });
}
