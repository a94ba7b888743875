import type { RejectedRequest, UnauthenticatedRejection } from '../delivery-log.ts';

/** A rejection whose request is kept. */
export interface KeptRejection extends UnauthenticatedRejection {
  readonly request: RejectedRequest;
  readonly keep: number;
}

/** Bytes of the rejections that wait to be written, so that a flood of requests does not fill the memory. */
const maxWaiting = 1024 * 1024;

/** Bytes that a rejection uses in addition to its request. */
const overhead = 512;

/** The rejections that wait to be written, in bounded memory. */
export interface UnwrittenRejections {
  /** Add a rejection. Without a request, it is ignored. If there are too many, the oldest are dropped. */
  add(rejection: UnauthenticatedRejection): void;
  /** Remove and return the rejections to write, oldest first: of each endpoint, the newest `keep`. */
  take(): readonly KeptRejection[];
  /** Put back rejections that could not be written. Those that were added in the meantime are newer. */
  putBack(rejections: readonly KeptRejection[]): void;
}

export function createUnwrittenRejections(): UnwrittenRejections {
  let waiting: KeptRejection[] = [];
  let size = 0;

  function dropOldest(): void {
    while (size > maxWaiting) {
      const oldest = waiting.shift();
      if (oldest === undefined) return;
      size -= sizeOf(oldest);
    }
  }

  return {
    add(rejection) {
      const { request, keep = 0 } = rejection;
      if (request === undefined || keep === 0) return;
      const kept = { ...rejection, request, keep };
      waiting.push(kept);
      size += sizeOf(kept);
      dropOldest();
    },
    take() {
      const taken = newestOfEach(waiting);
      waiting = [];
      size = 0;
      return taken;
    },
    putBack(rejections) {
      waiting = [...rejections, ...waiting];
      size = waiting.reduce((sum, each) => sum + sizeOf(each), 0);
      dropOldest();
    },
  };
}

function sizeOf({ request: { headers, body } }: KeptRejection): number {
  const text = headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  return overhead + text + (body?.byteLength ?? 0);
}

function newestOfEach(rejections: readonly KeptRejection[]): readonly KeptRejection[] {
  const counts = new Map<string, number>();
  const isWanted = ({ endpoint, keep }: KeptRejection) => {
    const count = counts.get(endpoint) ?? 0;
    counts.set(endpoint, count + 1);
    return count < keep;
  };
  return rejections.toReversed().filter(isWanted).toReversed();
}
