/** A RabbitMQ for tests. */
export interface Rabbit {
  /** `amqp://`, with credentials; of a cluster, those of all nodes with commas between. */
  readonly url: string;
  /** As in its greeting; empty over TLS, where the greeting is not read. */
  readonly version: string;
  /** Faults for a node that was started here; undefined for a server that was already running. */
  readonly node?: RabbitNode;
  /** The same for each of several nodes that form a cluster. */
  readonly cluster?: readonly RabbitNode[];
  /** Stops only what was started here. */
  stop(): Promise<void>;
}

export interface RabbitNode {
  /** SIGKILL; resolves when the process is gone. `restart` starts it on the same port and the same files. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** Runs `rabbitmqctl` against it; resolves with what that printed. */
  ctl(args: readonly string[]): Promise<string>;
}
