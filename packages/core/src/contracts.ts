// What goes over the queues and names a chat: all of core that programs outside need. `@typelane/client` is published with a copy of it.
export * from './session-event.ts';
export * from './inbound.ts';
export * from './jid.ts';
export * from './outbound.ts';
export { claimsKey } from './inbound-content.ts';
