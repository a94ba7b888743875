import { type ChatOptions, toChat } from '../chat-forwarder.ts';
import type { Forwarder } from '../forwarder.ts';
import { toSlack } from './message.ts';

export type SlackOptions = ChatOptions;

/**
 * Post each event to a Slack channel, through an incoming webhook. `scan_completed` has the message of the guide, and
 * all other types have a similar one.
 * @throws ConfigurationError that names the option
 * @example
 * receiver.on('high_risk_event', slack({ url: process.env.SLACK_WEBHOOK_URL }), { name: 'slack' });
 * @see the guide, "Slack Integration"
 */
export function slack(options: SlackOptions): Forwarder {
  return toChat('slack', options, toSlack);
}
