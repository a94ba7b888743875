import { ConfigurationError } from '@spiderfoot-webhooks/core';
import type { Redis } from 'ioredis';
import type { QueueSettings } from '../options.ts';
import { isCluster, primariesOf, type RedisClient } from './clients.ts';
import { readInfo, type ServerInfo } from './server-info.ts';

type Requirements = Pick<QueueSettings, 'durability' | 'replicas'>;

/** BullMQ requires this version, and Valkey reports a later one in the same field. */
const oldestVersion = [6, 2];

/**
 * Check that Redis keeps what the options promise.
 * @param warn called with each guarantee that cannot be checked
 * @throws ConfigurationError that names the option, or the option `redis`
 */
export async function checkRequirements(
  client: RedisClient,
  requirements: Requirements,
  warn: (message: string) => void,
): Promise<void> {
  if (isCluster(client) && requirements.replicas > 0) {
    throw new ConfigurationError('replicas', 'cannot be used with a Redis Cluster. Set it to 0.');
  }
  await Promise.all(primariesOf(client).map((server) => checkServer(server, requirements, warn)));
}

async function checkServer(
  server: Redis,
  { durability }: Requirements,
  warn: (message: string) => void,
): Promise<void> {
  const text = await allowed(() => server.info());
  if (text === undefined) {
    if (durability === 'unchecked') {
      return warn('INFO is forbidden, so the memory of Redis is not checked. Allow the command INFO.');
    }
    throw new ConfigurationError(
      'durability',
      `is "${durability}", but INFO is forbidden. Allow the command INFO, or set durability to "unchecked".`,
    );
  }
  const info = readInfo(text);
  checkVersion(info);
  checkRole(info);
  checkEviction(info);
  if (durability === 'unchecked') return;
  checkAppendOnly(info, durability);
  const appendfsync = await readSetting(server, 'appendfsync');
  if (appendfsync === undefined) {
    warn(
      `CONFIG GET is forbidden, so appendfsync is not checked. The option durability promises "${durability}".`,
    );
  } else if (appendfsync !== 'always' && appendfsync !== durability) {
    throw new ConfigurationError(
      'durability',
      `is "${durability}", but Redis has "appendfsync ${appendfsync}". Set "appendfsync ${durability}" in redis.conf, or change the option.`,
    );
  }
  if ((await readSetting(server, 'no-appendfsync-on-rewrite')) === 'yes') {
    throw new ConfigurationError(
      'durability',
      `is "${durability}", but Redis has "no-appendfsync-on-rewrite yes", so it does not sync its append-only file while it rewrites it. Set "no-appendfsync-on-rewrite no" in redis.conf.`,
    );
  }
}

/** @returns `undefined` if CONFIG is forbidden */
async function readSetting(server: Redis, name: string): Promise<string | undefined> {
  const reply = await allowed(() => server.config('GET', name));
  const [, value] = Array.isArray(reply) ? reply.map(String) : [];
  return value;
}

function checkVersion(info: ServerInfo): void {
  const version = info.get('redis_version') ?? '';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldestVersion;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new ConfigurationError(
    'redis',
    `is a server of version ${version}. Use Redis ${oldestVersion.join('.')} or newer, or Valkey.`,
  );
}

function checkRole(info: ServerInfo): void {
  const role = info.get('role');
  if (role === 'master') return;
  throw new ConfigurationError(
    'redis',
    `is a replica, which cannot be written (role ${role}). Connect to the primary. If it can change, use Sentinel.`,
  );
}

function checkEviction(info: ServerInfo): void {
  const policy = info.get('maxmemory_policy');
  if (policy === 'noeviction') return;
  throw new ConfigurationError(
    'redis',
    `has "maxmemory-policy ${policy}", so it deletes queued deliveries when it is full. Set "maxmemory-policy noeviction".`,
  );
}

function checkAppendOnly(info: ServerInfo, durability: string): void {
  if (info.get('aof_enabled') === '1') return;
  throw new ConfigurationError(
    'durability',
    `is "${durability}", but Redis has no append-only file. Set "appendonly yes" and "appendfsync ${durability}" in redis.conf. If your provider makes writes durable in another way, set durability to "unchecked".`,
  );
}

/** @returns the reply; `undefined` if the server forbids or lacks the command */
async function allowed<Reply>(call: () => Promise<Reply>): Promise<Reply | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof Error && /^(?:NOPERM|ERR unknown command)/.test(error.message)) return undefined;
    throw error;
  }
}
