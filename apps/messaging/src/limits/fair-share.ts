/**
 * Divides what this process does at once among the workspaces: none can take all of it, and those that wait
 * take turns.
 */
export interface FairShare {
  /** Whether one more job of this workspace would only wait. */
  isFull(workspace: string): boolean;
  /** How many jobs of this workspace run or wait here. */
  load(workspace: string): number;
  /** Runs `work` when it is this workspace's turn. */
  run<T>(workspace: string, work: () => Promise<T>): Promise<T>;
}

export interface FairShareOptions {
  /**
   * Jobs that run at once. One workspace alone gets half of it, two get a third each, and so on: some is
   * always left for the next.
   */
  readonly capacity: number;
  /** Jobs that may wait before a workspace is full: of the workspace, and of all together. */
  readonly waiting: { readonly each: number; readonly all: number };
}

interface Owner {
  running: number;
  readonly jobs: (() => Promise<void>)[];
}

export function createFairShare({ capacity, waiting }: FairShareOptions): FairShare {
  /** Workspaces that have jobs, in the order of their turns. */
  const owners = new Map<string, Owner>();
  let running = 0;
  let waits = 0;

  const most = (): number => Math.max(1, Math.floor(capacity / (owners.size + 1)));

  const next = (): [string, Owner] | undefined => {
    for (const [workspace, owner] of owners)
      if (owner.jobs.length > 0 && owner.running < most()) return [workspace, owner];
    return undefined;
  };

  const pump = (): void => {
    while (running < capacity) {
      const [workspace, owner] = next() ?? [];
      const job = owner?.jobs.shift();
      if (workspace === undefined || owner === undefined || job === undefined) return;
      // To the end of the line.
      owners.delete(workspace);
      owners.set(workspace, owner);
      owner.running += 1;
      running += 1;
      waits -= 1;
      void job().then(() => {
        owner.running -= 1;
        running -= 1;
        if (owner.running === 0 && owner.jobs.length === 0) owners.delete(workspace);
        pump();
      });
    }
  };

  return {
    isFull(workspace) {
      const owner = owners.get(workspace);
      if (owner === undefined) return running >= capacity && waits >= waiting.all;
      return (
        owner.jobs.length >= waiting.each ||
        (waits >= waiting.all && (owner.running >= most() || running >= capacity))
      );
    },
    load(workspace) {
      const owner = owners.get(workspace);
      return owner === undefined ? 0 : owner.running + owner.jobs.length;
    },
    run: (workspace, work) =>
      new Promise((resolve, reject) => {
        const owner = owners.get(workspace) ?? { running: 0, jobs: [] };
        owner.jobs.push(() => work().then(resolve, reject));
        owners.set(workspace, owner);
        waits += 1;
        pump();
      }),
  };
}
