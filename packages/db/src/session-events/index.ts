export { claimDeliveries, type DueDelivery, noteFailing, settleDelivered, settleFailed, switchOff } from './deliveries.ts';
export { deleteOldSessionEvents, createDeliveries, markQueued, unqueued } from './relay.ts';
export {
  changeWebhook,
  createWebhook,
  type DeliveryRecord,
  findWebhook,
  listDeliveries,
  listWebhooks,
  orderPing,
  removeWebhook,
  sealedAbout,
  type WebhookRecord,
} from './webhooks.ts';
