// What travels on the queues and how a chat is named: the part of core that external programs need. `@typelane/client` ships a copy of it.
export * from './session-event.ts';
export * from './inbound.ts';
export * from './jid.ts';
export * from './outbound.ts';
export * from './problem.ts';
export { claimsKey } from './inbound-content.ts';
