import type { Variables, VariableValue } from './template.ts';
import type { RichNode } from './rich-text.ts';

/** What a bot does, in the words of the builders of `blocks.ts`. */
export type BotScript = {
  /** Names that `{{name}}` may have. Values given at start to other names are dropped. */
  variables?: readonly string[];
  /** The flow starts at the first group. Empty: nothing is connected to the start. */
  groups: Readonly<Record<string, readonly Block[]>>;
  /** Given back by startChat as it is. `general.systemMessages` and `general.rememberUser` are obeyed. */
  settings?: BotSettings;
  theme?: Record<string, unknown>;
  /** Default `open`. `closed` by its owner (400), `suspended` with its workspace (403), `corrupt`: cannot be read (500). */
  availability?: 'open' | 'closed' | 'suspended' | 'corrupt';
  /** Requests with another `Origin` get 403; requests without one are always let in. */
  allowedOrigins?: readonly string[];
  /** Command events: name of the command -> group. */
  commands?: Readonly<Record<string, string>>;
  /** Invalid-reply event: the group that is run instead of the retry message, and the variables it is told by. */
  invalidReply?: { group: string; saveReply?: string; saveInputName?: string; saveInputType?: string };
  /** Reply event: told of every reply before it is judged. */
  reply?: { saveReply?: string };
};

export type BotSettings = {
  general?: {
    systemMessages?: { invalidMessage?: string; botClosed?: string };
    rememberUser?: { isEnabled: boolean; storage?: string };
    [name: string]: unknown;
  };
  typingEmulation?: {
    enabled?: boolean;
    speed?: number;
    maxDelay?: number;
    delayBetweenBubbles?: number;
    isDisabledOnFirstMessage?: boolean;
  };
};

/**
 * One block of a group. Ids default to `b-<group>-<index>`, those of items to `<block>-i<index>`, of a card's paths to
 * `<item>-p<index>`. `goTo` and `goTo` of an item are edges, not blocks: they take no index.
 */
export type Block = { id?: string } & (
  | { block: 'text'; text: string | readonly RichNode[] }
  | { block: 'bubble'; type: string; content: unknown; stops?: { save?: string } }
  | ({ block: 'ask'; type: string } & Question)
  | { block: 'set'; variable: string; to: VariableValue | ((variables: Variables) => VariableValue) }
  | { block: 'when'; test: (variables: Variables) => boolean; goTo: string }
  | { block: 'jump'; group: string; to?: string }
  | { block: 'goTo'; group: string }
  | { block: 'action'; type: string; payload: Record<string, unknown>; stops?: Resume }
  | { block: 'log'; entry: { status?: string; description: string; details?: string } }
);

export type Question = {
  /** The variable that takes the answer. */
  save?: string;
  /** Sent as they are. `variableId` is added when `save` is given. */
  options?: Record<string, unknown>;
  items?: readonly Item[];
  runtimeOptions?: Record<string, unknown>;
  /** Payment only: reaching the block fails with 404 `Credentials not found`. */
  withoutCredentials?: boolean;
};

/** Of buttons, pictures and cards. Everything but `goTo` is sent. */
export type Item = {
  id?: string;
  goTo?: string;
  paths?: readonly { id?: string; text?: string; goTo?: string }[];
  [field: string]: unknown;
};

/** What the reply to an action that expects one is used for. Without a reply, always nothing. */
export type Resume =
  | { as: 'nothing' }
  /** Parsed as JSON when it is JSON. */
  | { as: 'value'; variable: string }
  /** `{ "data": … }`: the data is saved. `strict`: what is not JSON gets 400; else it is saved as it is. */
  | { as: 'payload'; variable?: string; strict: boolean };
