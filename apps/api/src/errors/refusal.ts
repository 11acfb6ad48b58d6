import { refusals, type RefusalCode } from './table.ts';

/** A request that is answered with an error of the table. Anything else that is thrown is a defect and answered with 500. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;
  readonly statusCode: number;
  readonly sentences: readonly string[];

  constructor(code: RefusalCode, sentences: readonly string[], options?: ErrorOptions) {
    super(`${code}: ${sentences.join('; ')}`, options);
    this.code = code;
    this.statusCode = refusals[code].statusCode;
    this.sentences = sentences;
  }
}

/** Without sentences the table's is used. */
export function refusal(code: RefusalCode, sentences: readonly string[] = [], options?: ErrorOptions): Refusal {
  return new Refusal(code, sentences.length > 0 ? sentences : [refusals[code].sentence], options);
}
