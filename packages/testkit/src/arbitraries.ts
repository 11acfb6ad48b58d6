import type { BotAction, BotInput, BotReply, Bubble, InboundEvent } from '@typelane/core';
import * as fc from 'fast-check';

/**
 * Values whose outer shape is valid and whose inside may be anything: what code that reads them must survive.
 */

/** Any JSON object. */
const anything = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 5 });

/** Mostly `plausible`, sometimes `odd`: both the known paths and the odd ones get their share of runs. */
function mostly<T>(plausible: readonly T[], odd: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...plausible) }, { weight: 1, arbitrary: odd });
}

const name = fc.string({ minLength: 1, maxLength: 100 });
const id = fc.string({ minLength: 1, maxLength: 40 });

export const contentTypes = [
  'text',
  'image',
  'audio',
  'video',
  'document',
  'sticker',
  'location',
  'contact',
  'buttonsResponse',
  'listResponse',
  'reaction',
];

/** Contents of messages: fields this project knows, with values of any type. */
const contentArbitrary = fc.oneof(
  anything,
  fc.record(
    {
      text: fc.oneof(fc.string(), fc.jsonValue()),
      url: fc.oneof(fc.webUrl(), fc.jsonValue()),
      caption: fc.jsonValue(),
      mimetype: fc.jsonValue(),
      fileName: fc.jsonValue(),
      degreesLatitude: fc.oneof(fc.double(), fc.jsonValue()),
      degreesLongitude: fc.oneof(fc.double(), fc.jsonValue()),
      displayName: fc.jsonValue(),
      vcard: fc.oneof(fc.string(), fc.jsonValue()),
      selectedButtonId: fc.jsonValue(),
      selectedDisplayText: fc.jsonValue(),
      singleSelectReply: fc.jsonValue(),
    },
    { requiredKeys: [] },
  ),
);

const jidArbitrary = mostly(
  [
    '5531999990000@s.whatsapp.net',
    '5531999990000:3@s.whatsapp.net',
    '123456789012345@lid',
    '120363000000000000@g.us',
    'status@broadcast',
    '1234@newsletter',
  ],
  fc.string({ minLength: 1, maxLength: 200 }),
);

export const inboundEventArbitrary: fc.Arbitrary<InboundEvent> = fc.record(
  {
    schemaVersion: fc.constant(1 as const),
    event: mostly(['messages.upsert'], name),
    instance: fc.record(
      {
        instanceId: id,
        name: fc.option(fc.string({ maxLength: 200 })),
        Business: fc.option(fc.record({ businessId: id, name: fc.option(fc.string()) }, { requiredKeys: ['businessId'] })),
      },
      { requiredKeys: ['instanceId'] },
    ),
    data: fc.record(
      {
        keyId: id,
        keyRemoteJid: jidArbitrary,
        keyFromMe: fc.option(fc.boolean()),
        keyParticipant: fc.option(fc.string({ maxLength: 200 })),
        messageId: fc.option(fc.oneof(fc.string({ maxLength: 200 }), fc.integer())),
        pushName: fc.option(fc.string({ maxLength: 1_000 })),
        contentType: mostly(contentTypes, name),
        content: contentArbitrary,
        source: fc.option(mostly(['ios', 'android', 'web', 'api'], fc.string({ maxLength: 50 }))),
        messageTimestamp: fc.option(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true })),
      },
      { requiredKeys: ['keyId', 'keyRemoteJid', 'contentType', 'content'] },
    ),
    traceparent: fc.option(fc.string({ maxLength: 100 })),
  },
  { requiredKeys: ['event', 'instance', 'data'] },
);

const bubbleArbitrary: fc.Arbitrary<Bubble> = fc
  .tuple(
    fc.record({
      id,
      type: mostly(['text', 'image', 'video', 'audio', 'embed', 'custom-embed'], name),
      content: fc.oneof(
        fc.jsonValue(),
        fc.record({ type: fc.constant('richText'), richText: fc.jsonValue() }),
        fc.record({ type: fc.constant('richText'), richText: fc.array(richNodeArbitrary()) }),
        fc.record({ url: fc.oneof(fc.webUrl(), fc.jsonValue()), type: fc.jsonValue(), id: fc.jsonValue() }, { requiredKeys: [] }),
      ),
    }),
    anything,
  )
  .map(([known, more]) => ({ ...more, ...known }));

/** Elements and leaves of rich text, nested, with marks and fields of any kind. */
export function richNodeArbitrary(): fc.Arbitrary<unknown> {
  return fc.letrec((tie) => ({
    node: fc.oneof({ depthSize: 'small', withCrossShrink: true }, tie('leaf'), tie('element')),
    leaf: fc.record({ text: fc.oneof(fc.string(), fc.jsonValue()), bold: fc.boolean(), italic: fc.boolean() }, { requiredKeys: [] }),
    element: fc.record(
      {
        type: mostly(
          ['p', 'a', 'ul', 'ol', 'li', 'lic', 'h1', 'blockquote', 'code_block', 'code_line', 'hr', 'img', 'variable'],
          fc.string(),
        ),
        url: fc.oneof(fc.webUrl(), fc.jsonValue()),
        children: fc.array(tie('node'), { maxLength: 4 }),
      },
      { requiredKeys: ['type'] },
    ),
  })).node;
}

const inputTypes = [
  'text input',
  'number input',
  'email input',
  'url input',
  'phone number input',
  'date input',
  'time input',
  'choice input',
  'picture choice input',
  'cards',
  'rating input',
  'file input',
  'payment input',
];

const inputArbitrary: fc.Arbitrary<BotInput> = fc.record(
  {
    id,
    type: mostly(inputTypes, name),
    options: fc.option(anything),
    items: fc.option(
      fc.array(
        fc.tuple(fc.record({ id }), anything).map(([known, more]) => ({ ...more, ...known })),
        { maxLength: 12 },
      ),
    ),
    prefilledValue: fc.option(fc.string()),
  },
  { requiredKeys: ['id', 'type'] },
);

const actionTypes = [
  'wait',
  'redirect',
  'setVariable',
  'httpRequestToExecute',
  'listenForWebhook',
  'scriptToExecute',
  'chatwoot',
  'stream',
];

const actionArbitrary: fc.Arbitrary<BotAction> = fc
  .tuple(
    fc.record(
      { type: mostly(actionTypes, name), lastBubbleBlockId: fc.option(id), expectsDedicatedReply: fc.option(fc.boolean()) },
      { requiredKeys: ['type'] },
    ),
    fc.oneof(anything, fc.record({ wait: fc.jsonValue(), redirect: fc.jsonValue(), setVariable: fc.jsonValue() }, { requiredKeys: [] })),
  )
  .map(([known, more]) => ({ ...more, ...known }));

export const botReplyArbitrary: fc.Arbitrary<BotReply> = fc.record({
  bubbles: fc.array(bubbleArbitrary, { maxLength: 8 }),
  input: fc.option(inputArbitrary),
  actions: fc.array(actionArbitrary, { maxLength: 4 }),
  started: fc.option(
    fc.record({
      typebotSessionId: id,
      resultId: fc.option(id),
      typebotId: fc.option(id),
      typing: fc.option(
        fc.record(
          {
            enabled: fc.option(fc.boolean()),
            speed: fc.option(fc.double({ noNaN: true })),
            maxDelay: fc.option(fc.double({ noNaN: true })),
            delayBetweenBubbles: fc.option(fc.double({ noNaN: true })),
            isDisabledOnFirstMessage: fc.option(fc.boolean()),
          },
          { requiredKeys: [] },
        ),
      ),
    }),
  ),
  logs: fc.array(fc.record({ status: fc.option(fc.string()), description: fc.string() }), { maxLength: 3 }),
});
