import type { Session } from './session.ts';
import type { SavedAnswer } from './turn.ts';
import type { Dialect } from './version.ts';

/** What Typebot keeps of a session: answers as they come, while the flow runs, and whether it is over when it has run. */
export type Result = { id: string; typebotId: string; answers: SavedAnswer[]; isCompleted: boolean; lastChatSessionId: string };

export type Results = {
  find: (typebotId: string, resultId: string) => Result | null;
  /** The flow of this session begins. */
  open: (session: Session) => void;
  /** An answer came, if one did. It stays also when the flow fails after it. */
  save: (session: Session, answer: SavedAnswer | undefined) => void;
  /** The session's new state is kept. */
  settle: (session: Session) => void;
};

export function createResults({ overwritesAnswers }: Dialect): Results {
  const results = new Map<string, Result>();
  return {
    find: (typebotId, resultId) => {
      const found = results.get(resultId);
      return found?.typebotId === typebotId ? found : null;
    },
    open: ({ id, resultId, flow }) => {
      const known = results.get(resultId);
      const answers = known?.answers ?? [];
      results.set(resultId, { id: resultId, typebotId: typebotIdOf(flow), answers, isCompleted: false, lastChatSessionId: id });
    },
    save: ({ resultId }, answer) => {
      const result = results.get(resultId);
      if (!result || !answer) return;
      const others = overwritesAnswers ? result.answers.filter(({ blockId }) => blockId !== answer.blockId) : result.answers;
      result.answers = [...others, answer];
    },
    settle: ({ resultId, position }) => {
      const result = results.get(resultId);
      if (result) result.isCompleted = position === null;
    },
  };
}

/** The builder's id of a bot, which is not the one it is published under. */
export function typebotIdOf({ publicId }: { publicId: string }): string {
  return `tb-${publicId}`;
}
