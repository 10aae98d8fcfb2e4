import type { BrokerObserver } from './broker.ts';

/**
 * The observer with every call there is, none of which throws: what only looks on must not break delivery.
 */
export function safeObserver(observer: BrokerObserver): Required<BrokerObserver> {
  const safely = (call: () => void): void => {
    try {
      call();
    } catch (error) {
      process.emitWarning(`The broker's observer threw: ${error instanceof Error ? error.message : error}`);
    }
  };
  return {
    settled: (...args) => safely(() => observer.settled?.(...args)),
    dead: (...args) => safely(() => observer.dead?.(...args)),
    unroutable: (...args) => safely(() => observer.unroutable?.(...args)),
    published: (...args) => safely(() => observer.published?.(...args)),
    unconfirmed: (...args) => safely(() => observer.unconfirmed?.(...args)),
    accepting: (...args) => safely(() => observer.accepting?.(...args)),
    fault: (...args) => safely(() => observer.fault?.(...args)),
  };
}
