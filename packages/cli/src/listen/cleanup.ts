/** Closes resources, the most recently opened first. */
export interface Cleanup {
  add(close: () => unknown): void;
  closeAll(): Promise<void>;
}

export function createCleanup(): Cleanup {
  const cleanup: (() => unknown)[] = [];
  return {
    add: (close) => void cleanup.push(close),
    async closeAll() {
      for (let close = cleanup.pop(); close !== undefined; close = cleanup.pop()) await close();
    },
  };
}
