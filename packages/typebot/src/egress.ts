import type http from 'node:http';
import type https from 'node:https';

/**
 * The guard every call goes through, given by the process. `check` is asked before anything else, and `agents` refuse at connect
 * time what a name resolves to, with an error whose `code` is `EGRESS_REFUSED` and whose message is the reason. Reasons end up
 * in causes: they are codes, without addresses.
 */
export type Egress = {
  check(url: URL): { allowed: true } | { allowed: false; reason: string };
  agents: { http: http.Agent; https: https.Agent };
};
