import type { Reply } from '../connection/request.ts';
import type { Finding } from './finding.ts';

/** A larger difference between the two clocks gets a warning. In seconds. */
const maxDifference = 5;

/** Compare the clocks by the `Date` header of a response, which has a resolution of one second. */
export function clockFinding({ headers, askedAt, ms }: Reply): Finding {
  const theirs = Date.parse(headers.date ?? '');
  if (Number.isNaN(theirs)) {
    return { check: 'clock', verdict: 'skip', seen: 'The response has no Date header' };
  }
  const seconds = Math.round((theirs + 500 - (askedAt + ms / 2)) / 1000);
  const seen =
    Math.abs(seconds) <= 1
      ? 'The clocks agree'
      : `The receiver's clock is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} the clock of this machine`;
  if (Math.abs(seconds) <= maxDifference) return { check: 'clock', verdict: 'ok', seen };
  return {
    check: 'clock',
    verdict: 'warn',
    seen,
    fix: 'Synchronize both clocks with NTP. A receiver with a "tolerance" rejects events whose time differs too much from its own.',
  };
}

/** A response that takes at least this many milliseconds gets a warning. SpiderFoot times out after ten seconds. */
const slow = 1000;

/** Check how long a receiver takes to respond. */
export function latencyFinding(replies: readonly Reply[]): Finding {
  const times = replies.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)];
  const most = times.at(-1);
  if (median === undefined || most === undefined) {
    return { check: 'latency', verdict: 'skip', seen: 'No response was measured' };
  }
  const seen = `median ${Math.round(median)} ms, maximum ${Math.round(most)} ms, in ${times.length} requests`;
  if (most < slow) return { check: 'latency', verdict: 'ok', seen };
  return {
    check: 'latency',
    verdict: 'warn',
    seen,
    fix: 'SpiderFoot times out after 10 s and sends the event again. To respond before the handlers run, use `listen --queue`, or the option `queue: store`.',
  };
}
