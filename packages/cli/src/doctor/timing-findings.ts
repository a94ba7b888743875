import type { Reply } from '../connection/request.ts';
import type { Finding } from './finding.ts';

/** Seconds that two clocks may differ before somebody should look. */
const tolerated = 5;

/** By the answer's `Date`, which has whole seconds. */
export function clockFinding({ headers, askedAt, ms }: Reply): Finding {
  const theirs = Date.parse(headers.date ?? '');
  if (Number.isNaN(theirs)) {
    return { check: 'clock', verdict: 'skip', seen: 'The answer has no Date' };
  }
  const seconds = Math.round((theirs + 500 - (askedAt + ms / 2)) / 1000);
  const seen =
    Math.abs(seconds) <= 1
      ? 'The clocks agree'
      : `Its clock is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} this one`;
  if (Math.abs(seconds) <= tolerated) return { check: 'clock', verdict: 'ok', seen };
  return {
    check: 'clock',
    verdict: 'warn',
    seen,
    fix: 'Set both by NTP. With "tolerance" a receiver refuses events whose time is too far from its own.',
  };
}

/** Milliseconds: SpiderFoot gives up after ten seconds. */
const slow = 1000;

export function latencyFinding(replies: readonly Reply[]): Finding {
  const times = replies.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)];
  const most = times.at(-1);
  if (median === undefined || most === undefined) {
    return { check: 'latency', verdict: 'skip', seen: 'No answer was timed' };
  }
  const seen = `median ${Math.round(median)} ms, maximum ${Math.round(most)} ms, in ${times.length} requests`;
  if (most < slow) return { check: 'latency', verdict: 'ok', seen };
  return {
    check: 'latency',
    verdict: 'warn',
    seen,
    fix: 'SpiderFoot gives up after 10 s, and sends again. Answer first and handle later: `listen --queue`, or `queue: store`.',
  };
}
