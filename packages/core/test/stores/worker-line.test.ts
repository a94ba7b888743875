import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Attempt } from '../../src/stores/worker/attempt.ts';
import { createLine, longestWait } from '../../src/stores/worker/line.ts';
import { createPlaces } from '../../src/stores/worker/places.ts';

const retries = { maxAttempts: 2, baseDelay: 1, maxDelay: 1 };

function createAttempt(key: string): Attempt {
  const delivery = {
    ...{ id: key, endpoint: 'e', receivedAt: new Date(), ip: undefined, body: new Uint8Array() },
    ...{ eventType: undefined, dialect: undefined, scanId: undefined, target: undefined },
  };
  const claim = { key, delivery, attempt: 1, failures: 0, handlers: [], isSuspect: false };
  return new Attempt(claim, Date.now, retries);
}

/** Create a line for two deliveries at a time, with the given deliveries. */
function createLineOf(keys: readonly string[], release = vi.fn(async () => {})) {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const places = createPlaces({ concurrency: 2, drains: false, claimsAhead: true });
  const onError = vi.fn();
  const wake = vi.fn();
  const line = createLine({ store: { release }, places, concurrency: 2, onError, wake });
  const started: string[] = [];
  places.noteDuration(0);
  for (const key of keys) {
    const attempt = createAttempt(key);
    places.add(attempt);
    line.add(attempt, () => started.push(key));
  }
  return { places, line, started, release, onError, wake };
}

describe('the places of a worker that claims ahead', () => {
  it('are eight times its concurrency while handlers take less than a millisecond', () => {
    const places = createPlaces({ concurrency: 2, drains: false, claimsAhead: true });
    expect(places.free()).toBe(2);
    places.noteDuration(0.1);
    expect(places.free()).toBe(16);
    places.noteDuration(50);
    expect(places.free()).toBe(2);
  });

  it('are its concurrency if the store does not ask for more', () => {
    const places = createPlaces({ concurrency: 2, drains: false, claimsAhead: false });
    places.noteDuration(0.1);
    expect(places.free()).toBe(2);
  });
});

describe('the line of a worker', () => {
  it('starts deliveries in order, and not more than its concurrency at a time', () => {
    const { line, started } = createLineOf(['1', '2', '3', '4']);
    expect(started).toEqual(['1', '2']);
    line.end();
    expect(started).toEqual(['1', '2', '3']);
    line.end();
    line.end();
    expect(started).toEqual(['1', '2', '3', '4']);
  });

  it('releases waiting deliveries when the started ones have stalled, and claims no more ahead', async () => {
    const { places, line, started, release, wake } = createLineOf(['1', '2', '3', '4']);
    await vi.advanceTimersByTimeAsync(longestWait);
    expect(release).toHaveBeenCalledExactlyOnceWith(['3', '4']);
    expect(places.keys()).toEqual(['1', '2']);
    expect(places.free()).toBe(0);
    expect(wake).toHaveBeenCalledOnce();
    line.end();
    expect(started).toEqual(['1', '2']);
  });

  it('keeps waiting deliveries if they cannot be released', async () => {
    const error = new Error('disk full');
    const release = vi.fn(() => Promise.reject(error));
    const { places, line, started, onError } = createLineOf(['1', '2', '3'], release);
    await vi.advanceTimersByTimeAsync(longestWait);
    expect(onError).toHaveBeenCalledWith(error);
    expect(places.keys()).toEqual(['1', '2', '3']);
    line.end();
    expect(started).toEqual(['1', '2', '3']);
  });

  it('starts and releases nothing after the worker was closed', async () => {
    const { places, line, started, release } = createLineOf(['1', '2', '3']);
    void places.close(longestWait / 2);
    await vi.advanceTimersByTimeAsync(longestWait);
    line.end();
    expect(release).not.toHaveBeenCalled();
    expect(started).toEqual(['1', '2']);
  });

  it('sets no timer if no delivery waits', () => {
    createLineOf(['1', '2']);
    expect(vi.getTimerCount()).toBe(0);
  });
});
