import type { Broker } from '@herald/broker';
import type { SourceDocument } from '@herald/contracts';
import { createDocumentMemory, type DocumentMemory } from '@herald/definitions';
import type { Log } from '@herald/log';
import type { Collection } from '@herald/store';
import { type Source, toSource } from './definition.ts';

/**
 * Every source of every workspace, compiled. Webhooks are answered from here, even while the store is down.
 */
export type SourceMemory = DocumentMemory<Source>;

export function createSourceMemory(deps: {
  collection: Collection<SourceDocument>;
  broker: Pick<Broker, 'subscribe'>;
  log: Log;
}): SourceMemory {
  const { log } = deps;
  return createDocumentMemory({
    ...deps,
    kind: 'source',
    keep(doc) {
      const source = toSource(doc);
      if (source.faults.length > 0)
        log.error(
          { workspace: doc.workspace, source: doc.id, faults: source.faults },
          'a stored source does not compile',
        );
      return source;
    },
  });
}
