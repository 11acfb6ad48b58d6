export {
  type SessionEvent,
  sessionEventSchema,
  eventsPerJobMax,
  inboundEventSchema,
  outboundMessageSchema,
  outboundReplySchema,
  replyReceiptSchema,
  type InboundEvent,
  type OutboundDraft,
  type OutboundMessage,
  type OutboundReply,
} from '@typelane/core/contracts';
export type { Connection } from './connection.ts';
export { consumeReplies, type Consumer, type ConsumerOptions } from './consume-replies.ts';
export { fallback } from './fallback.ts';
export { inboundQueueName, partitionOf } from './inbound-job.ts';
export { depthMax, eventExcess, jobBytesMax, textBytesMax } from './inbound-limits.ts';
export { assertInbound, eventProblems, InvalidEventError } from './invalid-event.ts';
export { sentence, type Problem } from './problem.ts';
export { PublishError } from './publish-lane.ts';
export { createPublisher, type Publisher, type PublisherOptions } from './publisher.ts';
export { PermanentSendError, type Send, type SendContext } from './send.ts';
