/** Memory for files, shared by all workspaces of a process. */
export interface ByteBudget {
  /**
   * Waits until `bytes` are free, in the order of asking; a workspace that has its share waits for its own,
   * and others go first. `bytes` are at most a share.
   */
  take(workspace: string, bytes: number): Promise<Taken>;
}

/** A part of the budget. */
export interface Taken {
  /** Gives back all but `bytes`. With 0, all. */
  keep(bytes: number): void;
}

interface Waiting {
  readonly workspace: string;
  readonly bytes: number;
  readonly start: () => void;
}

/** `total` and `share`, that of one workspace, in bytes. */
export function createByteBudget({ total, share }: { total: number; share: number }): ByteBudget {
  const used = new Map<string, number>();
  let all = 0;
  let waiting: Waiting[] = [];

  const add = (workspace: string, bytes: number): void => {
    all += bytes;
    const sum = (used.get(workspace) ?? 0) + bytes;
    if (sum > 0) used.set(workspace, sum);
    else used.delete(workspace);
  };

  const pump = (): void => {
    const left: Waiting[] = [];
    let isFull = false;
    for (const one of waiting) {
      const hasRoom = (used.get(one.workspace) ?? 0) + one.bytes <= share;
      isFull ||= hasRoom && all + one.bytes > total;
      if (isFull || !hasRoom) left.push(one);
      else {
        add(one.workspace, one.bytes);
        one.start();
      }
    }
    waiting = left;
  };

  return {
    take: (workspace, bytes) =>
      new Promise((resolve) => {
        let held = bytes;
        const keep = (kept: number): void => {
          const given = Math.max(0, held - kept);
          held -= given;
          add(workspace, -given);
          pump();
        };
        waiting.push({ workspace, bytes, start: () => resolve({ keep }) });
        pump();
      }),
  };
}
