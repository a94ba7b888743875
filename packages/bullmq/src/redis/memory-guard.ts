import { QueueError } from '../errors.ts';
import { primariesOf, type RedisClient } from './clients.ts';
import { numberIn, readInfo } from './server-info.ts';

/** Rejects deliveries while Redis is nearly full. */
export interface MemoryGuard {
  /**
   * Count the memory of a new delivery.
   * @param bodySize bytes
   * @throws QueueError if Redis is nearly full
   */
  admit(bodySize: number): void;
  /** Read the memory that Redis uses. If it cannot be read, the last reading is kept. Never rejects. */
  read(): Promise<void>;
}

/** Milliseconds between two readings of the memory that Redis uses. */
const readInterval = 250;

/** The bytes of Redis for a delivery without its body, and for each byte of a body in base64. */
const bytesPerDelivery = 2048;
const bytesPerBodyByte = 1.34;

interface Memory {
  readonly used: number;
  /** 0: no limit. */
  readonly limit: number;
}

/** @param share the share of `maxmemory` that may be used */
export function createMemoryGuard(client: RedisClient, share: number): MemoryGuard {
  let memory: Memory = { used: 0, limit: 0 };
  /** The bytes of the deliveries that were admitted after the last reading began. */
  let added = 0;
  let readAt = Number.NEGATIVE_INFINITY;
  let isReading = false;

  async function read(): Promise<void> {
    isReading = true;
    readAt = performance.now();
    const before = added;
    try {
      const servers = await Promise.all(primariesOf(client).map((server) => server.info('memory')));
      memory = servers.map(toMemory).reduce(fuller, { used: 0, limit: 0 });
      added -= before;
    } catch {
      // INFO is forbidden, of which the check of the connection warns, or Redis is not connected.
    } finally {
      isReading = false;
    }
  }

  return {
    read,
    admit(bodySize) {
      if (!isReading && performance.now() - readAt >= readInterval) void read();
      const { used, limit } = memory;
      if (limit > 0 && used + added >= limit * share) {
        const percent = Math.round((used / limit) * 100);
        throw new QueueError(
          `Redis uses ${percent} % of its maxmemory (${limit} bytes), and deliveries are rejected from ${share * 100} %. Raise maxmemory, or find out why deliveries are not processed.`,
        );
      }
      added += bytesPerDelivery + bodySize * bytesPerBodyByte;
    },
  };
}

function toMemory(text: string): Memory {
  const info = readInfo(text);
  // The buffers of replicas and of the append-only file do not count toward maxmemory.
  const used = numberIn(info, 'used_memory') - numberIn(info, 'mem_not_counted_for_evict');
  return { used, limit: numberIn(info, 'maxmemory') };
}

/** Return the one that is fuller. */
function fuller(one: Memory, other: Memory): Memory {
  const shareOf = ({ used, limit }: Memory) => (limit === 0 ? 0 : used / limit);
  return shareOf(other) > shareOf(one) ? other : one;
}
