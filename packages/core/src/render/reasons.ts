/** Why something the bot said has no effect: the codes of `skipped` entries in a transcript. */
export const skipReasons = {
  empty_text: 'an empty text bubble, such as one that contains only an unset variable',
  no_url: 'the block has no address',
  unresolved_url: 'the address is still a variable (`{{…}}`) that Typebot could not fill',
  not_http: 'neither an `http:` nor an `https:` address: WhatsApp cannot fetch it',
  svg: 'WhatsApp shows no SVG',
  unreadable_content: 'the content does not have the shape that Typebot documents',
  unreadable_action: 'the payload does not have the shape that Typebot documents',
  unknown_bubble: 'a type that a newer Typebot has added',
  unknown_action: 'a type that a newer Typebot has added',
  unknown_input: 'a type that a newer Typebot has added; the bubble before it asks the question, and the answer is read like a text input',
  browser_only: 'works only in a browser; if the flow waits for it, Typelane sends an empty answer and the flow continues',
  streaming_not_asked_for: 'sent only to clients that ask for streaming',
  flow_not_stopped: 'a Webhook block that the flow does not wait for',
  flow_stopped_before: 'a question after an action at which the flow stopped',
  nothing_after_it: 'a wait with no message after it',
  unknown_command: 'a command (`#{…}`) that Typelane does not know; `what` names it',
  unreadable_command: 'a text that starts and ends like a command but is not JSON',
} as const;

export type SkipReason = keyof typeof skipReasons;

/** Why a message does not go to Typebot: the codes of `ignored` events that reached a question. */
export const holdReasons = {
  signal: 'a reaction, an edit, a deletion, a poll vote, housekeeping: never an answer',
  webhook_pending:
    'the flow waits for an outside system, and Typebot would take any text as that system’s answer; answered with `hints.waiting`',
  payment_pending: 'Typebot would take any text as a completed payment; answered with `hints.payment`',
  unsupported_media: 'the question cannot be answered with this kind of message; answered with `hints.unsupportedMedia`',
  file_type_not_allowed: 'the file input does not allow the file’s extension; answered with `hints.unsupportedMedia`',
  rating_off_scale: 'Typebot would take a rating below the scale or between two steps; answered with `hints.rating`',
  nothing_usable: 'blank, or of an unknown type; answered with `unknownMessage`',
} as const;

export type HoldReason = keyof typeof holdReasons;
