import type { Command, Conversation, InboundEvent, Step } from '../../src/index.ts';

/** Planted bugs. */
export type Bug = 'no version check' | 'a call found open is fresh' | 'no quarantine' | 'dispatched twice';

/** Milliseconds, as in workers. */
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

/** One chat: its row, its inbox and its outbox. Positions in the inbox begin at 1. */
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
  /** Heads whose replies were withheld or retracted. */
  silenced: Set<number>;
};

/** The database's rules for one chat, in memory. `faults` collects what the rules should have made impossible. */
export function createStore(clock: { now: number }, bug: Bug | null, faults: string[]) {
  const row = emptyRow();
  const dispatch = dispatcherOf(row, bug, faults);

  return {
    row,
    /** Events with a known key are skipped. */
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
      return { seq, item, later, state, version, isAbandoned: state.status === 'calling', phoneSeq };
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
      return { version: row.version, dispatched: place === row.ackedSeq + 1 ? dispatch(place) : null };
    },
    /** Stores a receipt, possibly for the second time. Returns the next reply to publish. */
    acknowledge(seq: number): Reply | null {
      if (row.ackedSeq === seq - 1) row.ackedSeq = seq;
      else if (bug !== 'dispatched twice') return null;
      return row.heldSeq > row.handledSeq ? null : dispatch(row.ackedSeq + 1);
    },
    /** Dispatches a reply that a pause held. */
    dispatchNext: (): Reply | null => (row.heldSeq > row.handledSeq ? null : dispatch(row.ackedSeq + 1)),
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

/** Dispatches a reply, if it exists and was not dispatched yet. */
function dispatcherOf(row: Row, bug: Bug | null, faults: string[]): (seq: number) => Reply | null {
  const dispatches = new Map<number, number>();
  return (seq) => {
    const reply = row.outbox.find((each) => each.seq === seq);
    if (!reply || (bug !== 'dispatched twice' && row.dispatchedSeq >= seq)) return null;
    row.dispatchedSeq = Math.max(row.dispatchedSeq, seq);
    dispatches.set(seq, (dispatches.get(seq) ?? 0) + 1);
    if ((dispatches.get(seq) ?? 0) > 1) faults.push(`I10: reply ${seq} was dispatched twice`);
    if (row.ackedSeq < seq - 1) faults.push(`I8: reply ${seq} was dispatched before reply ${seq - 1} was acknowledged`);
    return reply;
  };
}

function retract(row: Row): void {
  for (const { seq, headSeq } of row.outbox) if (seq > row.dispatchedSeq) row.silenced.add(headSeq);
  row.outbox = row.outbox.filter(({ seq }) => seq <= row.dispatchedSeq);
}

function end(row: Row, faults: string[], seq: number, events: number, final: string): void {
  for (let ended = seq; ended < seq + events; ended += 1) {
    if (row.finals.has(ended)) faults.push(`I1: event ${ended} ended twice`);
    row.finals.set(ended, final);
  }
  if (row.handledSeq !== seq - 1) faults.push(`I12: event ${seq} was ended by a worker that had lost the chat`);
  row.handledSeq = seq + events - 1;
}
