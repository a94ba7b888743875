/**
 * Post SpiderFoot's events to a Microsoft Teams channel.
 * @packageDocumentation
 */
import { type ChatOptions, toChat } from '../chat-forwarder.ts';
import type { Forwarder } from '../forwarder.ts';
import { toTeams } from './message.ts';

export type TeamsOptions = ChatOptions;

/**
 * Post each event to a Microsoft Teams channel, as an Adaptive Card. The URL is that of a workflow whose trigger is "When
 * a Teams webhook request is received".
 * @throws ConfigurationError that names the option
 * @example
 * receiver.on('scan.*', teams({ url: process.env.TEAMS_WEBHOOK_URL }), { name: 'teams' });
 */
export function teams(options: TeamsOptions): Forwarder {
  return toChat('teams', options, toTeams);
}
