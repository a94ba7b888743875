import type { Logger, Receiver } from '@spiderfoot-webhooks/core';
import { type Forwarder, fallback } from '@spiderfoot-webhooks/forward';
import { siem } from '@spiderfoot-webhooks/forward/siem';
import { slack } from '@spiderfoot-webhooks/forward/slack';
import { webhook } from '@spiderfoot-webhooks/forward/webhook';
import { variable } from './variable.ts';

/** Register an endpoint's handlers. @returns the forwarder to close at shutdown */
export type Register = (receiver: Receiver, logger: Logger) => Forwarder;

/** The handlers of each endpoint in spiderfoot.ini, by the name of its section. */
export const endpoints: ReadonlyMap<string, Register> = new Map<string, Register>([
  [
    'security_team',
    (receiver, logger) => {
      const team = webhook({ url: variable('SECURITY_URL'), secret: variable('SECURITY_SECRET'), logger });
      const alert = fallback(team, slack({ url: variable('SLACK_URL'), logger }));
      receiver.onAny(alert, { name: 'alert' });
      return alert;
    },
  ],
  [
    'siem_system',
    (receiver, logger) => {
      const forward = siem({ endpoint: variable('SIEM_ENDPOINT'), apiKey: variable('SIEM_API_KEY'), logger });
      receiver.onAny(forward, { name: 'siem' });
      return forward;
    },
  ],
  [
    'slack_alerts',
    (receiver, logger) => {
      const post = slack({ url: variable('SLACK_URL'), logger });
      receiver.onAny(post, { name: 'slack' });
      return post;
    },
  ],
]);
