/** One event's turn in its chat. */
export type TurnPlace = { conversationId: string; seq: number };

/** The name of a turn outside: `<conversation id>.<seq>`. */
export function turnIdOf({ conversationId, seq }: TurnPlace): string {
  return `${conversationId}.${seq}`;
}

/** Null: no turn can have this name. */
export function parseTurnId(turnId: string): TurnPlace | null {
  const [, conversationId, seq] = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([1-9]\d{0,14})$/.exec(turnId) ?? [];
  return conversationId && seq ? { conversationId, seq: Number(seq) } : null;
}
