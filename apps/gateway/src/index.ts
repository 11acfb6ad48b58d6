export { gatewayEnv, type GatewayOptions, startGateway } from './gateway.ts';
