import type { Command, Conversation, InboundEvent, Step } from '../../src/index.ts';

/** Planted bugs. */
export type Bug = 'no version check' | 'a call found open is fresh' | 'no quarantine' | 'handed out twice';

/** Milliseconds, as workers have them. */
export const times = { timeoutMs: 30_000, quarantineMs: 60_000, sendWithinMs: 5_000 };

export type Item = { key: string } & ({ kind: 'message'; event: InboundEvent; isHuman: boolean } | { kind: 'command'; command: Command });
export type Reply = { seq: number; headSeq: number; texts: string[] };
export type Head = {
  seq: number;
  item: Item;
  later: Item[];
  state: Conversation;
  version: number;
  isAbandoned: boolean;
  phoneSeq: number;
};
export type Written = { version: number; dispatched: Reply | null };

/** One chat as its row, its inbox and its outbox. Places in the inbox begin at 1. */
export type Row = {
  state: Conversation;
  version: number;
  inbox: Item[];
  handledSeq: number;
  finals: Map<number, string>;
  openCallUntil: number;
  quarantineUntil: number;
  notBefore: number;
  heldSeq: number;
  phoneSeq: number;
  timerDueAt: number | null;
  outbox: Reply[];
  dispatchedSeq: number;
  ackedSeq: number;
  /** Heads whose replies were kept back or taken back. */
  silenced: Set<number>;
};

/** The rules of the database for one chat, in memory. `faults`: what the rules should have made impossible. */
export function createStore(clock: { now: number }, bug: Bug | null, faults: string[]) {
  const row = emptyRow();
  const hand = handOf(row, bug, faults);

  return {
    row,
    /** Known keys are left out. */
    ingest(item: Item): void {
      if (row.inbox.some(({ key }) => key === item.key)) return;
      const seq = row.inbox.push(item);
      if (item.kind === 'message' && item.isHuman) row.phoneSeq = seq;
      if (item.kind === 'command' && item.command.type === 'pause') row.heldSeq = seq;
    },
    load(): Head | null {
      const seq = row.handledSeq + 1;
      const item = row.inbox[seq - 1];
      if (!item) return null;
      const later = row.inbox.slice(seq);
      const mayBeSilenced = row.phoneSeq > seq || (later.length > 0 && row.state.status === 'due');
      if (row.openCallUntil > clock.now) return null;
      if (row.notBefore > clock.now && !mayBeSilenced) return null;
      if (row.quarantineUntil > clock.now && row.heldSeq < seq) return null;
      const { state, version, phoneSeq } = row;
      return { seq, item, later: later, state, version, isAbandoned: state.status === 'calling', phoneSeq: phoneSeq };
    },
    commit(
      step: Step,
      { seq, version }: { seq: number; version: number },
      texts: string[],
      reviewedSeq: number,
    ): Written | 'unreviewed' | null {
      if (row.version !== version && bug !== 'no version check') return null;
      if (texts.length > 0 && row.phoneSeq > reviewedSeq) return 'unreviewed';
      const quarantineMs = bug === 'no quarantine' ? 0 : times.quarantineMs;
      const isHeld = row.heldSeq > seq;
      row.version += 1;
      row.state = step.state;
      row.openCallUntil = step.ask ? clock.now + times.sendWithinMs + times.timeoutMs + quarantineMs : 0;
      if (step.quarantine) row.quarantineUntil = clock.now + quarantineMs;
      row.notBefore = step.waitMs === null ? 0 : clock.now + Math.max(step.waitMs, step.quarantine ? quarantineMs : 0);
      row.timerDueAt = step.timerAt;
      if (step.retractsReplies) retract(row);
      if (step.final) end(row, faults, seq, step.events, step.final.type);
      if (texts.length === 0) return { version: row.version, dispatched: null };
      if (isHeld) {
        row.silenced.add(seq);
        return { version: row.version, dispatched: null };
      }
      const place = row.outbox.length + 1;
      row.outbox.push({ seq: place, headSeq: seq, texts });
      return { version: row.version, dispatched: place === row.ackedSeq + 1 ? hand(place) : null };
    },
    /** A receipt came, maybe again. Returns the next reply to publish. */
    acknowledge(seq: number): Reply | null {
      if (row.ackedSeq === seq - 1) row.ackedSeq = seq;
      else if (bug !== 'handed out twice') return null;
      return row.heldSeq > row.handledSeq ? null : hand(row.ackedSeq + 1);
    },
    /** What a pause had kept back. */
    dispatchNext: (): Reply | null => (row.heldSeq > row.handledSeq ? null : hand(row.ackedSeq + 1)),
    fireTimer(): void {
      if (row.timerDueAt === null || row.timerDueAt > clock.now) return;
      row.inbox.push({ key: `timer-${row.inbox.length}`, kind: 'command', command: { type: 'timeUp', dueAt: row.timerDueAt } });
      row.timerDueAt = null;
    },
  };
}

export type Store = ReturnType<typeof createStore>;

function emptyRow(): Row {
  return {
    state: { status: 'idle' },
    version: 0,
    inbox: [],
    handledSeq: 0,
    finals: new Map(),
    openCallUntil: 0,
    quarantineUntil: 0,
    notBefore: 0,
    heldSeq: 0,
    phoneSeq: 0,
    timerDueAt: null,
    outbox: [],
    dispatchedSeq: 0,
    ackedSeq: 0,
    silenced: new Set(),
  };
}

/** Hands out a reply, if it is there and was not handed out yet. */
function handOf(row: Row, bug: Bug | null, faults: string[]): (seq: number) => Reply | null {
  const handOuts = new Map<number, number>();
  return (seq) => {
    const reply = row.outbox.find((each) => each.seq === seq);
    if (!reply || (bug !== 'handed out twice' && row.dispatchedSeq >= seq)) return null;
    row.dispatchedSeq = Math.max(row.dispatchedSeq, seq);
    handOuts.set(seq, (handOuts.get(seq) ?? 0) + 1);
    if ((handOuts.get(seq) ?? 0) > 1) faults.push(`I10: reply ${seq} was handed out twice`);
    if (row.ackedSeq < seq - 1) faults.push(`I8: reply ${seq} was handed out before reply ${seq - 1} was acknowledged`);
    return reply;
  };
}

function retract(row: Row): void {
  for (const { seq, headSeq } of row.outbox) if (seq > row.dispatchedSeq) row.silenced.add(headSeq);
  row.outbox = row.outbox.filter(({ seq }) => seq <= row.dispatchedSeq);
}

function end(row: Row, faults: string[], seq: number, events: number, final: string): void {
  for (let at = seq; at < seq + events; at += 1) {
    if (row.finals.has(at)) faults.push(`I1: event ${at} ended twice`);
    row.finals.set(at, final);
  }
  if (row.handledSeq !== seq - 1) faults.push(`I12: event ${seq} was ended by a worker that had lost the chat`);
  row.handledSeq = seq + events - 1;
}
