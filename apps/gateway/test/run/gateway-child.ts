/** A gateway process of its own that can be killed: options as JSON in GATEWAY_OPTIONS; says `ready` when it takes webhooks. */
import { createLog } from '@typelane/runtime';
import { type GatewayOptions, startGateway } from '../../src/index.ts';

const options = JSON.parse(process.env['GATEWAY_OPTIONS'] ?? '{}') as GatewayOptions;
await startGateway({ ...options, log: createLog('warn') });
process.stdout.write('ready\n');
