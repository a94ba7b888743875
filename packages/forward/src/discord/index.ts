/**
 * Post SpiderFoot's events to a Discord channel.
 * @packageDocumentation
 */
import { type ChatOptions, toChat } from '../chat-forwarder.ts';
import type { Forwarder } from '../forwarder.ts';
import { toDiscord } from './message.ts';

export type DiscordOptions = ChatOptions;

/**
 * Post each event to a Discord channel, as an embed. A mention in the text of an event notifies no user.
 * @throws ConfigurationError that names the option
 * @example
 * receiver.on('scan.*', discord({ url: process.env.DISCORD_WEBHOOK_URL }), { name: 'discord' });
 */
export function discord(options: DiscordOptions): Forwarder {
  return toChat('discord', options, toDiscord);
}
