import { z } from 'zod';
import { pathId } from '../requests/fields.ts';

export const instancePath = '/api/v2/instance/:instanceId';
export const integrationPath = `${instancePath}/typebot-integration`;
export const sessionPath = `${integrationPath}/session`;
export const webhooksPath = `${instancePath}/webhook`;
export const deadLettersPath = `${instancePath}/dead-letters`;
export const uncertainPath = `${instancePath}/uncertain`;
export const businessPath = '/api/v2/business/:businessId';

export const instanceParams = z.object({ instanceId: pathId });
export const sessionParams = z.object({ instanceId: pathId, sessionId: pathId });
export const webhookParams = z.object({ instanceId: pathId, webhookId: pathId });
export const businessParams = z.object({ businessId: pathId });
export const businessInstanceParams = z.object({ businessId: pathId, instanceId: pathId });
