import { variableId } from './blocks.ts';
import { compileRichText } from './rich-text.ts';
import type { RichNode } from './rich-text.ts';
import type { Block, BotScript, Item, Resume } from './script.ts';
import { template, type VariableValue, type Variables } from './template.ts';
import type { Template } from './template.ts';

/** A script made ready to run: ids and edges given, texts split at their variables, names of groups checked. */
export type Flow = {
  publicId: string;
  script: BotScript;
  /** Null when nothing is connected to the start. */
  first: string | null;
  groups: ReadonlyMap<string, Group>;
  /** Every declared variable without a value. */
  blank: Variables;
};

export type Group = { name: string; steps: readonly Step[]; next: string | null };

export type Step =
  | { do: 'text'; id: string; richText: Template<readonly RichNode[]> }
  | { do: 'bubble'; id: string; type: string; content: Template<unknown>; stops: { save?: string } | null }
  | AskStep
  | { do: 'set'; variable: string; to: (variables: Variables) => VariableValue }
  | { do: 'when'; test: (variables: Variables) => boolean; group: string }
  | { do: 'jump'; group: string; to: string | null }
  | { do: 'action'; type: string; payload: Template<Record<string, unknown>>; stops: Resume | null }
  | { do: 'log'; entry: Record<string, unknown> };

export type AskStep = {
  do: 'ask';
  id: string;
  type: string;
  save: string | null;
  /** The input as it is sent, but for `prefilledValue`. */
  input: Template<WireInput>;
  /** Where the edges of items (or of a card's paths) lead; null: the block's own way on. Same shape as the items. */
  exits: readonly { goTo: string | null; paths: readonly (string | null)[] }[];
  withoutCredentials: boolean;
};

export type WireInput = {
  id: string;
  type: string;
  outgoingEdgeId?: string;
  options?: Record<string, unknown>;
  items?: readonly WireItem[];
  prefilledValue?: string;
};

export type WireItem = { id: string; outgoingEdgeId?: string; paths?: readonly WirePath[]; [field: string]: unknown };
export type WirePath = { id: string; text?: string; outgoingEdgeId?: string };

type NextEdge = () => string;

/** @throws when the script names a group that it does not have, or goes on after a `goTo` */
export function compile(publicId: string, script: BotScript): Flow {
  let edges = 0;
  const nextEdge = () => `e${++edges}`;
  const groups = new Map(Object.entries(script.groups).map(([name, blocks]) => [name, compileGroup(name, blocks, nextEdge)]));
  checkNames(publicId, script, groups);
  return {
    publicId,
    script,
    first: Object.keys(script.groups)[0] ?? null,
    groups,
    blank: Object.fromEntries((script.variables ?? []).map((name) => [name, null])),
  };
}

function compileGroup(name: string, blocks: readonly Block[], nextEdge: NextEdge): Group {
  const last = blocks.at(-1);
  const next = last?.block === 'goTo' ? last.group : null;
  const own = next === null ? blocks : blocks.slice(0, -1);
  const steps = own.map((block, index) => {
    const hasEdge = next !== null && index === own.length - 1;
    return compileBlock(block, block.id ?? `b-${name}-${index}`, hasEdge, nextEdge);
  });
  return { name, steps, next };
}

function compileBlock(block: Block, id: string, hasEdge: boolean, nextEdge: NextEdge): Step {
  if (block.block === 'ask') return compileQuestion(block, id, hasEdge, nextEdge);
  if (block.block === 'when') nextEdge();
  if (hasEdge) nextEdge();
  switch (block.block) {
    case 'text':
      return { do: 'text', id, richText: compileRichText(block.text) };
    case 'bubble':
      return { do: 'bubble', id, type: block.type, content: template(block.content), stops: block.stops ?? null };
    case 'set': {
      const { variable, to } = block;
      const value = typeof to === 'function' ? to : template(to);
      return { do: 'set', variable, to: value };
    }
    case 'when':
      return { do: 'when', test: block.test, group: block.goTo };
    case 'jump':
      return { do: 'jump', group: block.group, to: block.to ?? null };
    case 'action':
      return { do: 'action', type: block.type, payload: template(block.payload), stops: block.stops ?? null };
    case 'log':
      return { do: 'log', entry: block.entry };
    case 'goTo':
      break;
  }
  throw new Error(`goTo('${block.group}') must be the last of its group`);
}

function compileQuestion(block: Block & { block: 'ask' }, id: string, hasEdge: boolean, nextEdge: NextEdge): AskStep {
  const items = block.items?.map((item, index) => compileItem(item, `${id}-i${index}`, nextEdge));
  const options = { ...block.options, ...(block.save && { variableId: variableId(block.save) }) };
  const input: WireInput = {
    id,
    ...(hasEdge && { outgoingEdgeId: nextEdge() }),
    type: block.type,
    ...(items && { items }),
    ...(Object.keys(options).length > 0 && { options }),
    ...(block.runtimeOptions && { runtimeOptions: block.runtimeOptions }),
  };
  const exits = (block.items ?? []).map(({ goTo, paths }) => ({
    goTo: goTo ?? null,
    paths: (paths ?? []).map((path) => path.goTo ?? null),
  }));
  const withoutCredentials = block.withoutCredentials ?? false;
  return { do: 'ask', id, type: block.type, save: block.save ?? null, input: template(input), exits, withoutCredentials };
}

function compileItem({ goTo, paths, ...fields }: Item, id: string, nextEdge: NextEdge): WireItem {
  const wirePaths = paths?.map(({ goTo: exit, ...path }, index) => ({
    id: `${id}-p${index}`,
    ...path,
    ...(exit && { outgoingEdgeId: nextEdge() }),
  }));
  return { id, ...(goTo && { outgoingEdgeId: nextEdge() }), ...fields, ...(wirePaths && { paths: wirePaths }) };
}

function checkNames(publicId: string, script: BotScript, groups: ReadonlyMap<string, Group>) {
  const named = [...groups.values()].flatMap(({ next, steps }) => [next, ...steps.flatMap(groupsNamedBy)]);
  named.push(...Object.values(script.commands ?? {}), script.invalidReply?.group ?? null);
  for (const name of named) {
    if (name !== null && !groups.has(name)) throw new Error(`bot '${publicId}' goes to the group '${name}', which it does not have`);
  }
}

function groupsNamedBy(step: Step): (string | null)[] {
  if (step.do === 'when' || step.do === 'jump') return [step.group];
  if (step.do === 'ask') return step.exits.flatMap(({ goTo, paths }) => [goTo, ...paths]);
  return [];
}
