import { setMaxListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { FailureDetails } from '../../src/errors/failure.ts';
import { ForwardError } from '../../src/errors/forward-error.ts';
import { createBatches, type SendBatch } from '../../src/siem/batches/batches.ts';
import { gate } from '../support/gate.ts';

const never = new AbortController().signal;
// Every event has a signal of its own; here they share one.
setMaxListeners(0, never);
const patient = { batch: { size: 10, wait: 5 }, baseDelay: 1 };

/** A target that notes what it was sent, and takes it, unless it is told otherwise. */
function recorder(send: SendBatch = async () => []) {
  const batches: string[][] = [];
  const spy: SendBatch = (documents, signal) => {
    batches.push([...documents]);
    return send(documents, signal);
  };
  return { batches, spy };
}

const refusal = (status: number) => new ForwardError('siem (test)', 1, { code: 'rejected', status });
const settled = (promises: Promise<unknown>[]) =>
  Promise.allSettled(promises).then((results) => results.map(({ status }) => status));

describe('batches', () => {
  it('sends together what comes together, in its order', async () => {
    const { batches, spy } = recorder();
    const { add } = createBatches('siem', patient, spy);
    await Promise.all(['a', 'b', 'c'].map((document) => add(document, never)));
    expect(batches).toEqual([['a', 'b', 'c']]);
  });

  it('sends a batch that is full at once, and the rest after it', async () => {
    const { batches, spy } = recorder();
    const { add } = createBatches('siem', { batch: { size: 2, wait: 60_000 } }, spy);
    const sent = [add('a', never), add('b', never)];
    await Promise.all(sent);
    expect(batches).toEqual([['a', 'b']]);
  });

  it('is full at a million bytes', async () => {
    const { batches, spy } = recorder();
    const { add } = createBatches('siem', patient, spy);
    const [big, small] = ['x'.repeat(600_000), 'y'];
    await Promise.all([big, big, small].map((document) => add(document, never)));
    expect(batches.map((batch) => batch.map(({ length }) => length))).toEqual([[600_000], [600_000, 1]]);
  });

  it('does not let an event wait for others where nothing is under way', async () => {
    const { batches, spy } = recorder();
    await createBatches('siem', { batch: { wait: 60_000 } }, spy).add('a', never);
    expect(batches).toEqual([['a']]);
  });

  it('lets what comes while a batch is under way gather until that is back', async () => {
    const first = gate();
    const { batches, spy } = recorder(async (documents) => {
      if (documents.includes('a')) await first.opened;
      return [];
    });
    const { add } = createBatches('siem', { batch: { wait: 60_000 } }, spy);
    const sent = [add('a', never)];
    for (const document of ['b', 'c', 'd']) {
      await new Promise((resolve) => setImmediate(resolve));
      sent.push(add(document, never));
    }
    expect(batches).toEqual([['a']]);
    first.open();
    await Promise.all(sent);
    expect(batches).toEqual([['a'], ['b', 'c', 'd']]);
  });

  it('sends what has waited for long enough beside a batch that does not come back', async () => {
    const first = gate();
    const { batches, spy } = recorder(async (documents) => {
      if (documents.includes('a')) await first.opened;
      return [];
    });
    const { add } = createBatches('siem', patient, spy);
    const slow = add('a', never);
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([add('b', never), add('c', never)]);
    expect(batches).toEqual([['a'], ['b', 'c']]);
    first.open();
    await slow;
  });

  it('resolves an event when its own batch was taken, and not before', async () => {
    const { opened, open } = gate();
    const { spy } = recorder(async () => {
      await opened;
      return [];
    });
    const order: string[] = [];
    const { add } = createBatches('siem', patient, spy);
    const sent = add('a', never).then(() => order.push('resolved'));
    // As long as a batch waits, and longer.
    await new Promise((resolve) => setTimeout(resolve, 50));
    order.push('taken');
    open();
    await sent;
    expect(order).toEqual(['taken', 'resolved']);
  });

  it('fails those of a batch that failed, and no others', async () => {
    const { spy } = recorder(async (documents) => {
      if (documents.includes('b')) throw new ForwardError('siem', 3, { code: 'unavailable', status: 503 });
      return [];
    });
    const { add } = createBatches('siem', { batch: { size: 2, wait: 5 } }, spy);
    const sent = ['a', 'b', 'c', 'd'].map((document) => add(document, never));
    expect(await settled(sent)).toEqual(['rejected', 'rejected', 'fulfilled', 'fulfilled']);
    await expect(sent[0]).rejects.toMatchObject({ code: 'unavailable', status: 503, attempt: 3 });
  });

  it.each([400, 413])(
    'finds the one that a %i is for, and its neighbours get through once each',
    async (status) => {
      const taken: string[] = [];
      const { batches, spy } = recorder(async (documents) => {
        if (documents.includes('poison')) throw refusal(status);
        taken.push(...documents);
        return [];
      });
      const { add } = createBatches('siem', { batch: { size: 8, wait: 5 } }, spy);
      const documents = ['a', 'b', 'c', 'd', 'e', 'poison', 'g', 'h'];
      const results = await settled(documents.map((document) => add(document, never)));
      expect(results.map((result, i) => [documents[i], result])).toEqual(
        documents.map((document) => [document, document === 'poison' ? 'rejected' : 'fulfilled']),
      );
      expect(taken.toSorted()).toEqual(['a', 'b', 'c', 'd', 'e', 'g', 'h']);
      // Halves: far fewer requests than one for each.
      expect(batches).toHaveLength(7);
    },
  );

  it('does not split a batch that was refused for another reason', async () => {
    const { batches, spy } = recorder(async () => {
      throw refusal(403);
    });
    const { add } = createBatches('siem', patient, spy);
    expect(await settled([add('a', never), add('b', never)])).toEqual(['rejected', 'rejected']);
    expect(batches).toHaveLength(1);
  });

  it('tells each event what became of it, and tries again what was put off', async () => {
    const failures: Record<string, (FailureDetails | undefined)[]> = {
      a: [undefined],
      b: [{ code: 'rejected', status: 400, detail: 'mapping' }],
      c: [{ code: 'rate_limited', status: 429 }, undefined],
      d: [
        { code: 'unavailable', status: 503 },
        { code: 'unavailable', status: 503 },
        { code: 'unavailable', status: 503 },
      ],
    };
    const { batches, spy } = recorder(async (documents) =>
      documents.map((document) => ({ failure: failures[document]?.shift() })),
    );
    const { add } = createBatches('siem (host)', { ...patient, retries: 2 }, spy);
    const sent = ['a', 'b', 'c', 'd'].map((document) => add(document, never));
    expect(await settled(sent)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    await expect(sent[1]).rejects.toMatchObject({ code: 'rejected', status: 400, attempt: 1 });
    await expect(sent[3]).rejects.toMatchObject({ code: 'unavailable', status: 503, attempt: 3 });
    expect(batches[0]).toEqual(['a', 'b', 'c', 'd']);
    expect(batches.flat().toSorted()).toEqual(['a', 'b', 'c', 'c', 'd', 'd', 'd']);
  });

  it("resolves each event to the target's remark on it", async () => {
    const { spy } = recorder(async () => [{ remark: 'in the attic' }, {}]);
    const { add } = createBatches('siem', patient, spy);
    expect(await Promise.all(['a', 'b', 'c'].map((document) => add(document, never)))).toEqual([
      'in the attic',
      undefined,
      undefined,
    ]);
  });

  it('leaves out an event whose handler has given up, and tells that handler at once', async () => {
    const { batches, spy } = recorder();
    const { add } = createBatches('siem', patient, spy);
    const handler = new AbortController();
    const sent = [add('a', handler.signal), add('b', never)];
    handler.abort();
    expect(await settled(sent)).toEqual(['rejected', 'fulfilled']);
    await expect(sent[0]).rejects.toMatchObject({ code: 'aborted' });
    expect(batches).toEqual([['b']]);
    await expect(add('c', handler.signal)).rejects.toMatchObject({ code: 'aborted' });
  });

  it('ends a request that nobody waits for any more, and no other', async () => {
    const aborted: string[] = [];
    const { opened, open } = gate();
    const { spy } = recorder(async (documents, signal) => {
      signal.addEventListener('abort', () => aborted.push(documents.join()));
      await opened;
      return [];
    });
    const { add } = createBatches('siem', { batch: { size: 2, wait: 5 } }, spy);
    const [one, two, three] = [new AbortController(), new AbortController(), new AbortController()];
    const sent = [add('a', one.signal), add('b', two.signal), add('c', three.signal), add('d', never)];
    one.abort();
    three.abort();
    expect(aborted).toEqual([]);
    two.abort();
    expect(aborted).toEqual(['a,b']);
    open();
    expect(await settled(sent)).toEqual(['rejected', 'rejected', 'rejected', 'fulfilled']);
  });

  it('sends what waits when it is closed, and takes no more', async () => {
    const { batches, spy } = recorder();
    const { add, close } = createBatches('siem', { batch: { wait: 60_000 } }, spy);
    const sent = add('a', never);
    await close();
    await sent;
    expect(batches).toEqual([['a']]);
    await expect(add('b', never)).rejects.toMatchObject({ code: 'closed' });
    await close();
  });

  it('gives up what was put off when it is closed', async () => {
    const { opened, open } = gate();
    const { spy } = recorder(async () => {
      open();
      return [{ failure: { code: 'rate_limited', status: 429, retryAfter: 3600 } }];
    });
    const { add, close } = createBatches('siem', patient, spy);
    const sent = settled([add('a', never)]);
    await opened;
    await new Promise((resolve) => setImmediate(resolve));
    await close();
    expect(await sent).toEqual(['rejected']);
  });

  it('has an end: what is not settled does not pile up', async () => {
    const { opened, open } = gate();
    const { spy } = recorder(async () => {
      await opened;
      return [];
    });
    const { add } = createBatches('siem', { batch: { size: 1000, wait: 5 } }, spy);
    const sent = Array.from({ length: 10_000 }, () => add('a', never));
    await expect(add('b', never)).rejects.toMatchObject({ code: 'overloaded' });
    open();
    await Promise.all(sent);
    await add('c', never);
  });
});
