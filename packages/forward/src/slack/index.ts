/**
 * Post SpiderFoot's events to a Slack channel.
 * @packageDocumentation
 */
import { type ChatOptions, toChat } from '../chat-forwarder.ts';
import type { Forwarder } from '../forwarder.ts';
import { toSlack } from './message.ts';

export type SlackOptions = ChatOptions;

/**
 * Post each event to a Slack channel, through an incoming webhook. The message of `scan_completed` follows the example in
 * SpiderFoot's Webhook Integration Guide. All other types have similar messages.
 * @throws ConfigurationError that names the option
 * @example
 * receiver.on('high_risk_event', slack({ url: process.env.SLACK_WEBHOOK_URL }), { name: 'slack' });
 * @see SpiderFoot's Webhook Integration Guide, "Slack Integration"
 */
export function slack(options: SlackOptions): Forwarder {
  return toChat('slack', options, toSlack);
}
