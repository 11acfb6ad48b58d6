export {
  channelOfInstance,
  channelOfToken,
  type ChannelRow,
  channelSealedAbout,
  findChannel,
  type NewChannel,
  putChannel,
  removeChannel,
  replaceChannelToken,
} from './channels.ts';
export { type ChannelSighting, type DeliveryStatus, failedDeliveries, forgetStatuses, noteSightings, noteStatuses } from './health.ts';
