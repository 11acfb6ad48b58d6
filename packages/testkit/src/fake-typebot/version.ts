/** The Typebots the fake can be. Each number is the first or the measured release of a way of speaking. */
export type TypebotVersion = '2.19.1' | '2.26' | '3.18';

/** What a client can notice of a version. */
export type Dialect = {
  /** `{ message, code, issues? }` instead of `{ defined, code, status, message, data? }` (before 3.15). */
  oldErrors: boolean;
  /** `message` may be an object (2.27) or null (3.8). */
  objectMessages: boolean;
  /** `textBubbleContentFormat` is understood and text bubbles have a `content.type` (2.26). */
  bubbleFormats: boolean;
  /** A start's message answers a leading input, and a flow without bubble and input never answers a message (3.3). */
  answersFirstInput: boolean;
  /** Items may have a `value` (3.6), cards exist. */
  itemValues: boolean;
  /** An answer is written over an earlier one to the same block, instead of beside it. */
  overwritesAnswers: boolean;
  /** Single choices are compared with their case (2.25). */
  exactChoices: boolean;
};

export const dialects: Readonly<Record<TypebotVersion, Dialect>> = {
  '2.19.1': {
    oldErrors: true,
    objectMessages: false,
    bubbleFormats: false,
    answersFirstInput: false,
    itemValues: false,
    overwritesAnswers: true,
    exactChoices: false,
  },
  '2.26': {
    oldErrors: true,
    objectMessages: false,
    bubbleFormats: true,
    answersFirstInput: false,
    itemValues: false,
    overwritesAnswers: false,
    exactChoices: true,
  },
  '3.18': {
    oldErrors: false,
    objectMessages: true,
    bubbleFormats: true,
    answersFirstInput: true,
    itemValues: true,
    overwritesAnswers: false,
    exactChoices: true,
  },
};
