import type { AskStep, Flow, Step, WireInput } from './compile.ts';
import { toMarkdown } from './markdown.ts';
import { show, type VariableValue, type Variables } from './template.ts';
import { credentialsNotFound, internalError } from './typebot-error.ts';
import type { TypebotError } from './typebot-error.ts';
import type { RichNode } from './rich-text.ts';

/** A block of a flow: the group's name and the index of the step in it. */
export type Position = { group: string; index: number };

/** Running the blocks between two answers. */
export type Walk = {
  variables: Variables;
  bubbles: WireBubble[];
  actions: WireAction[];
  logs: Record<string, unknown>[];
  stop: Stop;
};

export type Stop =
  | { at: 'end' }
  | { at: 'input'; position: Position; input: WireInput }
  /** An action that expects a dedicated reply. */
  | { at: 'action'; position: Position }
  /** An embed that waits for an event. */
  | { at: 'event'; position: Position }
  | { at: 'error'; error: TypebotError };

export type WireBubble = { id: string; type: string; content: unknown };
export type WireAction = { [field: string]: unknown; type: string; lastBubbleBlockId?: string; expectsDedicatedReply?: true };

/** How text bubbles are written: `untyped` is how versions before 2.26 did. */
export type BubbleFormat = 'richText' | 'markdown' | 'untyped';

/** More blocks than that without a question is a script that runs in circles. */
const stepsMax = 10_000;

/**
 * Runs `flow` from `from` until it stops.
 *
 * @throws when the script runs in circles without asking anything
 */
export function walk(flow: Flow, from: Position, variables: Variables, format: BubbleFormat): Walk {
  const walked: Walk = { variables, bubbles: [], actions: [], logs: [], stop: { at: 'end' } };
  let position: Position | null = from;
  for (let count = 0; position !== null; count++) {
    if (count > stepsMax)
      throw new Error(`bot '${flow.publicId}' runs in circles without asking anything, last in group '${position.group}'`);
    const group = groupOf(flow, position.group);
    const step: Step | undefined = group.steps[position.index];
    position = step ? take(flow, step, position, walked, format) : startOf(group.next);
  }
  return walked;
}

export function startOf(group: string | null): Position | null {
  return group === null ? null : { group, index: 0 };
}

export function after(position: Position): Position {
  return { group: position.group, index: position.index + 1 };
}

export function stepAt(flow: Flow, position: Position): Step {
  const step = groupOf(flow, position.group).steps[position.index];
  if (!step) throw new Error(`bot '${flow.publicId}' has no block ${position.index} in group '${position.group}'`);
  return step;
}

/** Does one block. Null: the flow stopped, and `walked.stop` says at what. */
function take(flow: Flow, step: Step, position: Position, walked: Walk, format: BubbleFormat): Position | null {
  switch (step.do) {
    case 'text':
      return addText(walked, step.id, step.richText(walked.variables), format) ? after(position) : null;
    case 'bubble':
      walked.bubbles.push({ id: step.id, type: step.type, content: step.content(walked.variables) });
      return step.stops ? halt(walked, { at: 'event', position }) : after(position);
    case 'ask':
      return halt(walked, ask(step, position, walked.variables));
    case 'set':
      walked.variables = withVariable(walked.variables, step.variable, step.to(walked.variables));
      break;
    case 'when':
      return step.test(walked.variables) ? startOf(step.group) : after(position);
    case 'jump':
      return { group: step.group, index: step.to === null ? 0 : indexOf(flow, step.group, step.to) };
    case 'action':
      walked.actions.push(wireAction(step, walked));
      return step.stops ? halt(walked, { at: 'action', position }) : after(position);
    case 'log':
      walked.logs.push(step.entry);
      break;
  }
  return after(position);
}

function halt(walked: Walk, stop: Stop): null {
  walked.stop = stop;
  return null;
}

function addText(walked: Walk, id: string, richText: readonly RichNode[], format: BubbleFormat): boolean {
  const content = textContent(richText, format);
  if (content === null) {
    halt(walked, { at: 'error', error: internalError() });
    return false;
  }
  walked.bubbles.push({ id, type: 'text', content });
  return true;
}

/** Null: Typebot fails on it. */
export function textContent(richText: readonly RichNode[], format: BubbleFormat): unknown {
  if (format === 'untyped') return { richText };
  if (format === 'richText') return { type: 'richText', richText };
  const markdown = toMarkdown(richText);
  return markdown === null ? null : { type: 'markdown', markdown };
}

function ask(step: AskStep, position: Position, variables: Variables): Stop {
  if (step.withoutCredentials) return { at: 'error', error: credentialsNotFound };
  return { at: 'input', position, input: renderInput(step, variables) };
}

const withoutPrefill = new Set(['choice input', 'picture choice input', 'cards']);

export function renderInput(step: AskStep, variables: Variables): WireInput {
  const input = step.input(variables);
  const value = step.save === null || withoutPrefill.has(step.type) ? null : (variables[step.save] ?? null);
  return value === null || value === '' ? input : { ...input, prefilledValue: show(value) };
}

function wireAction(step: Step & { do: 'action' }, { variables, bubbles }: Walk): WireAction {
  const last = bubbles.at(-1);
  return {
    type: step.type,
    ...step.payload(variables),
    ...(last && { lastBubbleBlockId: last.id }),
    ...(step.stops && { expectsDedicatedReply: true as const }),
  };
}

/** Only declared variables take a value; the empty text is no value. */
export function withVariable(variables: Variables, name: string, value: VariableValue): Variables {
  return name in variables ? { ...variables, [name]: value === '' ? null : value } : variables;
}

function groupOf(flow: Flow, name: string) {
  const group = flow.groups.get(name);
  if (!group) throw new Error(`bot '${flow.publicId}' has no group '${name}'`);
  return group;
}

function indexOf(flow: Flow, group: string, blockId: string): number {
  const index = groupOf(flow, group).steps.findIndex((step) => 'id' in step && step.id === blockId);
  if (index < 0) throw new Error(`bot '${flow.publicId}' has no block '${blockId}' in group '${group}'`);
  return index;
}
