import type { WireInput } from '../compile.ts';
import { isFields } from '../fields.ts';
import type { Fields } from '../fields.ts';
import type { VariableValue } from '../template.ts';
import type { Dialect } from '../version.ts';

/** What the contact answered, as the wire has it; a bare string is a text. */
export type Reply =
  | { type: 'text'; text: string; attachedFileUrls?: readonly string[]; metadata?: { replyId?: string } }
  | { type: 'audio'; url: string };

/** What Typebot makes of an answer to an input. */
export type Verdict =
  | { valid: false }
  | {
      valid: true;
      /** The answer as it is kept; null when it was skipped. */
      content: string | null;
      /** The answer goes only to the variables of `also`, not to the input's own. */
      keepsOwnVariable?: true;
      also?: readonly { variableId: string; value: VariableValue }[];
      /** Index of the chosen item, and of the card's path: where the flow goes on. */
      chosen?: { item: number; path?: number };
    };

export type Validator = (reply: Reply, input: WireInput, dialect: Dialect) => Verdict;

export const invalid: Verdict = { valid: false };
export const valid = (content: string): Verdict => ({ valid: true, content });

/** For inputs that take text and nothing else. */
export function ofText(judge: (text: string, input: WireInput, dialect: Dialect) => Verdict): Validator {
  return (reply, input, dialect) => (reply.type === 'text' ? judge(reply.text, input, dialect) : invalid);
}

/** An option that is a number, or a `{{variable}}` that held one. Undefined when there is none. */
export function numberOption(value: unknown): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const number = Number(value);
  return Number.isNaN(number) ? undefined : number;
}

export function textOption(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function groupOption(value: unknown): Fields {
  return isFields(value) ? value : {};
}
