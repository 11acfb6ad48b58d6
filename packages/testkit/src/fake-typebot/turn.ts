import { variableName } from './blocks.ts';
import type { AskStep, Flow, WireInput } from './compile.ts';
import { isFields } from './fields.ts';
import { judge, retryText } from './replies/index.ts';
import type { Reply, Verdict } from './replies/verdict.ts';
import { paragraph } from './rich-text.ts';
import type { Resume } from './script.ts';
import type { VariableValue, Variables } from './template.ts';
import type { Session } from './session.ts';
import { badRequest, internalError } from './typebot-error.ts';
import type { TypebotError } from './typebot-error.ts';
import type { Dialect } from './version.ts';
import { after, renderInput, startOf, stepAt, textContent, walk, withVariable } from './walk.ts';
import type { BubbleFormat, Position, Walk, WireBubble } from './walk.ts';

/** What one message does to a session. Nothing is changed yet. `saved`: an answer that is kept whatever becomes of the flow after it. */
export type Turn = Run & { saved?: SavedAnswer };

export type SavedAnswer = { blockId: string; content: string };

type Run =
  | { type: 'walked'; walk: Walk; newFormat?: string }
  /** The answer was not valid: the session stays (or, at the start, comes to wait) at that input. */
  | { type: 'retry'; bubble: WireBubble; input: WireInput; variables: Variables; position: Position }
  /** The flow ended and had nothing more to run. */
  | { type: 'nothing'; variables: Variables; newFormat?: string }
  | { type: 'error'; error: TypebotError }
  /** The server calls itself for ever and never answers. */
  | { type: 'endless' };

export type TurnMessage = Reply | { type: 'command'; command: string };

/** Runs the flow from its start. `answersNow`: this is the answer to a message, not just a start. */
export function begin(
  session: Session,
  message: TurnMessage | null,
  context: { format: BubbleFormat; dialect: Dialect; answersNow: boolean },
): Turn {
  const { flow, variables } = session;
  const { format, dialect, answersNow } = context;
  const start = startOf(flow.first);
  if (start === null) return { type: 'nothing', variables };
  const walked = walk(flow, start, variables, format);
  const showsNothing = walked.bubbles.length === 0 && dialect.answersFirstInput;
  if (showsNothing && walked.stop.at === 'end' && (answersNow || message !== null)) return { type: 'endless' };
  if (showsNothing && walked.stop.at === 'input' && message !== null && takesFirstMessage(walked.stop.input)) {
    return answer({ ...session, variables: walked.variables, position: walked.stop.position }, message, { format, dialect });
  }
  return fromWalk(walked);
}

const notForFirstMessage = new Set(['choice input', 'picture choice input', 'cards', 'payment input']);

function takesFirstMessage({ type }: WireInput): boolean {
  return !notForFirstMessage.has(type);
}

/** Takes `message` as the answer to the block the session waits at. */
export function answer(session: Session, message: TurnMessage | null, context: { format: BubbleFormat; dialect: Dialect }): Turn {
  const { flow, position, variables } = session;
  if (message?.type === 'command') return runCommand(flow, message.command, variables, context.format);
  if (position === null) throw new Error(`session ${session.id} waits for nothing`);
  const step = stepAt(flow, position);
  if (step.do === 'ask') return answerQuestion(session, position, step, message, context);
  const text = message?.type === 'text' ? message.text : null;
  if (step.do === 'bubble') {
    const save = step.stops?.save;
    return goOn(flow, after(position), save && text !== null ? withVariable(variables, save, text) : variables, context.format);
  }
  if (step.do !== 'action' || !step.stops) throw new Error(`session ${session.id} waits at a block that does not wait`);
  const resumed = resume(step.stops, text, variables);
  return 'status' in resumed ? { type: 'error', error: resumed } : goOn(flow, after(position), resumed.variables, context.format);
}

function answerQuestion(
  session: Session,
  position: Position,
  step: AskStep,
  reply: Reply | null,
  { format, dialect }: { format: BubbleFormat; dialect: Dialect },
): Turn {
  const { flow } = session;
  // Both events look at the reply's type, also when there is no reply.
  const { reply: replyEvent, invalidReply } = flow.script;
  if (reply === null && replyEvent) return { type: 'error', error: internalError() };
  const heard = withReply(session.variables, replyEvent?.saveReply, reply);
  const input = renderInput(step, heard);
  const verdict = judge(reply, input, dialect);
  if (!verdict.valid && reply === null && invalidReply) return { type: 'error', error: internalError() };
  if (!verdict.valid) return refuse({ ...session, variables: heard }, position, input, reply, format);
  const { content, chosen } = verdict;
  const variables = keep(heard, step, verdict);
  const exit = chosen && step.exits[chosen.item];
  const group = exit && (chosen.path === undefined ? exit.goTo : exit.paths[chosen.path]);
  const turn: Turn = {
    ...goOn(flow, startOf(group ?? null) ?? after(position), variables, format),
    ...(content !== null && { saved: { blockId: step.id, content } }),
  };
  const isNew = reply?.type === 'text' && content !== null && content !== reply.text;
  return isNew && (turn.type === 'walked' || turn.type === 'nothing') ? { ...turn, newFormat: content } : turn;
}

/** A retry bubble with the input's own id; or the flow's invalid-reply event, which ends at the same input. */
function refuse({ flow, variables }: Session, position: Position, input: WireInput, reply: Reply | null, format: BubbleFormat): Turn {
  const event = flow.script.invalidReply;
  const start = startOf(event?.group ?? null);
  if (!event || !start) {
    const text = retryText(input, flow.script.settings?.general?.systemMessages?.invalidMessage);
    const bubble = { id: input.id, type: 'text', content: textContent([paragraph(text)], format) };
    return { type: 'retry', bubble, input, variables, position };
  }
  const told: [string | undefined, string | null][] = [
    [event.saveReply, reply?.type === 'text' ? reply.text : null],
    [event.saveInputName, position.group],
    [event.saveInputType, input.type.replace(' input', '')],
  ];
  const known = told.reduce((all, [name, value]) => (name === undefined ? all : withVariable(all, name, value)), variables);
  const walked = walk(flow, start, known, format);
  if (walked.stop.at === 'end') walked.stop = { at: 'input', position, input };
  return fromWalk(walked);
}

/** What a Reply event saves: the reply as it came, so of an item's id the id. */
function withReply(variables: Variables, name: string | undefined, reply: Reply | null): Variables {
  return name === undefined || reply === null ? variables : withVariable(variables, name, reply.type === 'text' ? reply.text : reply.url);
}

function keep(variables: Variables, { save }: AskStep, verdict: Verdict & { valid: true }): Variables {
  let kept = variables;
  if (save !== null && verdict.content !== null && !verdict.keepsOwnVariable) kept = answerInto(kept, save, verdict.content);
  for (const { variableId, value } of verdict.also ?? []) kept = answerInto(kept, variableName(variableId), value);
  return kept;
}

/** A variable that holds a list gets answers appended. */
function answerInto(variables: Variables, name: string, value: VariableValue): Variables {
  const before = variables[name];
  const isList = Array.isArray(before) && value !== null;
  return withVariable(variables, name, isList ? before.concat(value) : value);
}

function resume(stops: Resume, text: string | null, variables: Variables): { variables: Variables } | TypebotError {
  if (stops.as === 'nothing' || text === null) return { variables };
  const parsed = parse(text);
  if (stops.as === 'value') return { variables: withVariable(variables, stops.variable, toText(parsed.isJson ? parsed.value : text)) };
  if (!parsed.isJson && stops.strict) return badRequest('Provided response is not valid JSON');
  const data = parsed.isJson ? dataIn(parsed.value) : text;
  return { variables: stops.variable ? withVariable(variables, stops.variable, toText(data ?? null)) : variables };
}

function dataIn(payload: unknown): unknown {
  return isFields(payload) ? payload['data'] : undefined;
}

function parse(text: string): { isJson: true; value: unknown } | { isJson: false } {
  try {
    return { isJson: true, value: JSON.parse(text) };
  } catch {
    return { isJson: false };
  }
}

function toText(value: unknown): string | null {
  return value === null || typeof value === 'string' ? value : JSON.stringify(value);
}

function runCommand(flow: Flow, command: string, variables: Variables, format: BubbleFormat): Turn {
  const start = startOf(flow.script.commands?.[command] ?? null);
  return start ? fromWalk(walk(flow, start, variables, format)) : { type: 'error', error: badRequest('Command event not found') };
}

function goOn(flow: Flow, from: Position, variables: Variables, format: BubbleFormat): Turn {
  const group = flow.groups.get(from.group);
  const isOver = group !== undefined && from.index >= group.steps.length && group.next === null;
  return isOver ? { type: 'nothing', variables } : fromWalk(walk(flow, from, variables, format));
}

function fromWalk(walked: Walk): Turn {
  return walked.stop.at === 'error' ? { type: 'error', error: walked.stop.error } : { type: 'walked', walk: walked };
}
