import { setMaxListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { FailureDetails } from '../../src/errors/failure.ts';
import { ForwardError } from '../../src/errors/forward-error.ts';
import { createBatches, type SendBatch } from '../../src/siem/batches/batches.ts';
import { gate } from '../support/gate.ts';

const never = new AbortController().signal;
// In production, each event has its own signal. Here, all events share one.
setMaxListeners(0, never);
const options = { batch: { size: 10, wait: 5 }, baseDelay: 1 };

/** Record the sent batches. The target accepts them unless `send` says otherwise. */
function recorder(send: SendBatch = async () => []) {
  const batches: string[][] = [];
  const spy: SendBatch = (documents, signal) => {
    batches.push([...documents]);
    return send(documents, signal);
  };
  return { batches, spy };
}

const rejection = (status: number) => new ForwardError('siem (test)', 1, { code: 'rejected', status });
const statusesOf = (promises: Promise<unknown>[]) =>
  Promise.allSettled(promises).then((results) => results.map(({ status }) => status));

describe('createBatches', () => {
  it('sends the documents of one turn of the event loop together, in order', async () => {
    const { batches, spy } = recorder();
    const { add } = createBatches('siem', options, spy);
    await Promise.all(['a', 'b', 'c'].map((document) => add(document, never)));
    expect(batches).toEqual([['a', 'b', 'c']]);
  });

  it('sends a full batch without waiting', async () => {
    const { batches, spy } = recorder();
    const { add } = createBatches('siem', { batch: { size: 2, wait: 60_000 } }, spy);
    const sent = [add('a', never), add('b', never)];
    await Promise.all(sent);
    expect(batches).toEqual([['a', 'b']]);
  });

  it('sends a batch when it reaches 1,000,000 bytes', async () => {
    const { batches, spy } = recorder();
    const { add } = createBatches('siem', options, spy);
    const [big, small] = ['x'.repeat(600_000), 'y'];
    await Promise.all([big, big, small].map((document) => add(document, never)));
    expect(batches.map((batch) => batch.map(({ length }) => length))).toEqual([[600_000], [600_000, 1]]);
  });

  it('sends a document without waiting if no batch is being sent', async () => {
    const { batches, spy } = recorder();
    await createBatches('siem', { batch: { wait: 60_000 } }, spy).add('a', never);
    expect(batches).toEqual([['a']]);
  });

  it('collects the documents that arrive while a batch is being sent, until that batch is settled', async () => {
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

  it('sends the collected documents after batch.wait even if the earlier batch is not settled', async () => {
    const first = gate();
    const { batches, spy } = recorder(async (documents) => {
      if (documents.includes('a')) await first.opened;
      return [];
    });
    const { add } = createBatches('siem', options, spy);
    const slow = add('a', never);
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([add('b', never), add('c', never)]);
    expect(batches).toEqual([['a'], ['b', 'c']]);
    first.open();
    await slow;
  });

  it('resolves a document only after the target has accepted its batch', async () => {
    const { opened, open } = gate();
    const { spy } = recorder(async () => {
      await opened;
      return [];
    });
    const order: string[] = [];
    const { add } = createBatches('siem', options, spy);
    const sent = add('a', never).then(() => order.push('resolved'));
    // Longer than batch.wait.
    await new Promise((resolve) => setTimeout(resolve, 50));
    order.push('accepted');
    open();
    await sent;
    expect(order).toEqual(['accepted', 'resolved']);
  });

  it('rejects only the documents of a failed batch', async () => {
    const { spy } = recorder(async (documents) => {
      if (documents.includes('b')) throw new ForwardError('siem', 3, { code: 'unavailable', status: 503 });
      return [];
    });
    const { add } = createBatches('siem', { batch: { size: 2, wait: 5 } }, spy);
    const sent = ['a', 'b', 'c', 'd'].map((document) => add(document, never));
    expect(await statusesOf(sent)).toEqual(['rejected', 'rejected', 'fulfilled', 'fulfilled']);
    await expect(sent[0]).rejects.toMatchObject({ code: 'unavailable', status: 503, attempt: 3 });
  });

  it.each([400, 413])(
    'isolates the document that causes a %i, and sends each other document once',
    async (status) => {
      const accepted: string[] = [];
      const { batches, spy } = recorder(async (documents) => {
        if (documents.includes('invalid')) throw rejection(status);
        accepted.push(...documents);
        return [];
      });
      const { add } = createBatches('siem', { batch: { size: 8, wait: 5 } }, spy);
      const documents = ['a', 'b', 'c', 'd', 'e', 'invalid', 'g', 'h'];
      const results = await statusesOf(documents.map((document) => add(document, never)));
      expect(results.map((result, i) => [documents[i], result])).toEqual(
        documents.map((document) => [document, document === 'invalid' ? 'rejected' : 'fulfilled']),
      );
      expect(accepted.toSorted()).toEqual(['a', 'b', 'c', 'd', 'e', 'g', 'h']);
      // Sending halves takes fewer requests than sending each document separately.
      expect(batches).toHaveLength(7);
    },
  );

  it('does not split a batch after a rejection with another status', async () => {
    const { batches, spy } = recorder(async () => {
      throw rejection(403);
    });
    const { add } = createBatches('siem', options, spy);
    expect(await statusesOf([add('a', never), add('b', never)])).toEqual(['rejected', 'rejected']);
    expect(batches).toHaveLength(1);
  });

  it('settles each document with its own result, and retries only deferred documents', async () => {
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
    const { add } = createBatches('siem (host)', { ...options, retries: 2 }, spy);
    const sent = ['a', 'b', 'c', 'd'].map((document) => add(document, never));
    expect(await statusesOf(sent)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    await expect(sent[1]).rejects.toMatchObject({ code: 'rejected', status: 400, attempt: 1 });
    await expect(sent[3]).rejects.toMatchObject({ code: 'unavailable', status: 503, attempt: 3 });
    expect(batches[0]).toEqual(['a', 'b', 'c', 'd']);
    expect(batches.flat().toSorted()).toEqual(['a', 'b', 'c', 'c', 'd', 'd', 'd']);
  });

  it("resolves each document to the target's remark", async () => {
    const { spy } = recorder(async () => [{ remark: 'stored elsewhere' }, {}]);
    const { add } = createBatches('siem', options, spy);
    expect(await Promise.all(['a', 'b', 'c'].map((document) => add(document, never)))).toEqual([
      'stored elsewhere',
      undefined,
      undefined,
    ]);
  });

  it('omits a document whose handler was aborted, and rejects it immediately', async () => {
    const { batches, spy } = recorder();
    const { add } = createBatches('siem', options, spy);
    const handler = new AbortController();
    const sent = [add('a', handler.signal), add('b', never)];
    handler.abort();
    expect(await statusesOf(sent)).toEqual(['rejected', 'fulfilled']);
    await expect(sent[0]).rejects.toMatchObject({ code: 'aborted' });
    expect(batches).toEqual([['b']]);
    await expect(add('c', handler.signal)).rejects.toMatchObject({ code: 'aborted' });
  });

  it('aborts a request only when all of its handlers are aborted', async () => {
    const aborted: string[] = [];
    const { opened, open } = gate();
    const { spy } = recorder(async (documents, signal) => {
      signal.addEventListener('abort', () => aborted.push(documents.join()));
      await opened;
      return [];
    });
    const { add } = createBatches('siem', { batch: { size: 2, wait: 5 } }, spy);
    const [first, second, third] = [new AbortController(), new AbortController(), new AbortController()];
    const sent = [add('a', first.signal), add('b', second.signal), add('c', third.signal), add('d', never)];
    first.abort();
    third.abort();
    expect(aborted).toEqual([]);
    second.abort();
    expect(aborted).toEqual(['a,b']);
    open();
    expect(await statusesOf(sent)).toEqual(['rejected', 'rejected', 'rejected', 'fulfilled']);
  });

  it('sends waiting documents when closed, and rejects new ones', async () => {
    const { batches, spy } = recorder();
    const { add, close } = createBatches('siem', { batch: { wait: 60_000 } }, spy);
    const sent = add('a', never);
    await close();
    await sent;
    expect(batches).toEqual([['a']]);
    await expect(add('b', never)).rejects.toMatchObject({ code: 'closed' });
    await close();
  });

  it('rejects deferred documents when closed', async () => {
    const { opened, open } = gate();
    const { spy } = recorder(async () => {
      open();
      return [{ failure: { code: 'rate_limited', status: 429, retryAfter: 3600 } }];
    });
    const { add, close } = createBatches('siem', options, spy);
    const sent = statusesOf([add('a', never)]);
    await opened;
    await new Promise((resolve) => setImmediate(resolve));
    await close();
    expect(await sent).toEqual(['rejected']);
  });

  it('rejects documents as overloaded if 10,000 are not settled', async () => {
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
