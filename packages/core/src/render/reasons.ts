/** Why something the bot said has no effect: the codes of `skipped` entries in a transcript. */
export const skipReasons = {
  empty_text: 'a text bubble with nothing to say, such as one that holds only an unset variable',
  no_url: 'the block names no address',
  unresolved_url: 'the address is still a variable (`{{…}}`) that Typebot could not fill',
  not_http: 'neither an `http:` nor an `https:` address: WhatsApp cannot fetch it',
  svg: 'WhatsApp shows no SVG',
  unreadable_content: 'the content is of another shape than Typebot documents',
  unreadable_action: 'the payload is of another shape than Typebot documents',
  unknown_bubble: 'a kind of a newer Typebot',
  unknown_action: 'a kind of a newer Typebot',
  unknown_input: 'a kind of a newer Typebot; it is asked by the bubble before it and read like a text input',
  browser_only: 'works only in a browser; where the flow waits for it, it is answered with nothing and goes on',
  streaming_not_asked_for: 'sent only to clients that ask for streaming',
  flow_not_stopped: 'a Webhook block the flow does not wait for',
  flow_stopped_before: 'a question behind an action at which the flow stopped',
  nothing_after_it: 'a wait with nothing to delay',
  unknown_command: 'a command (`#{…}`) that has no meaning here; `what` names it',
  unreadable_command: 'a text that starts and ends like a command and is no JSON',
} as const;

export type SkipReason = keyof typeof skipReasons;

/** Why Typebot does not hear a message: the codes of `ignored` events that reached a question. */
export const holdReasons = {
  signal: 'a reaction, an edit, a deletion, housekeeping, or a poll vote where no choice is asked for: never an answer',
  webhook_pending:
    'the flow waits for an outside system, and Typebot would take any text for what it delivers; answered with `hints.waiting`',
  payment_pending: 'Typebot takes any text for a payment made; answered with `hints.payment`',
  unsupported_media: 'the question cannot be answered with this kind of message; answered with `hints.unsupportedMedia`',
  file_type_not_allowed: 'the file input does not allow the file’s extension; answered with `hints.unsupportedMedia`',
  rating_off_scale: 'Typebot would take a rating below the scale or between two steps; answered with `hints.rating`',
  unclear:
    'Typebot would keep another number, date, time or phone than the one written; answered with `hints.number`, `hints.date`, `hints.time` or `hints.phone`',
  nothing_usable: 'blank, or of a kind that is not known; answered with `unknownMessage`',
} as const;

export type HoldReason = keyof typeof holdReasons;
