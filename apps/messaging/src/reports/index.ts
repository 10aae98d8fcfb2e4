import type { Handler } from '@herald/broker';
import type { ServiceDeps } from '@herald/process';
import { createOnErased } from '../erasure/on-erased.ts';
import type { Transitions } from '../send/transitions.ts';
import type { Settings } from '../settings/settings.ts';
import type { TemplateLibrary } from '../templates/library.ts';
import { type Consequences, createConsequences } from './consequences.ts';
import { createOnApplied } from './on-applied.ts';
import { createOnInbound, type OnInbound } from './on-inbound.ts';
import { createOnReport } from './on-report.ts';
import { createOnReturned, type OnReturned } from './on-returned.ts';
import { createTrack, type Track } from './track.ts';

/** What is done with all that comes back about messages. */
export interface Reports {
  readonly consequences: Consequences;
  readonly track: Track;
  readonly onInbound: OnInbound;
  readonly onReturned: OnReturned;
  /** Handles `messaging.applied`. */
  onApplied(transitions: Transitions): Handler;
}

export interface ReportsDeps extends Pick<ServiceDeps, 'store' | 'broker' | 'clock' | 'log'> {
  readonly settings: Settings;
  readonly library: TemplateLibrary;
  readonly linkSecret: string;
  readonly publicUrl: string;
}

export function createReports(deps: ReportsDeps): Reports {
  return {
    consequences: createConsequences(deps),
    track: createTrack(deps),
    onInbound: createOnInbound(deps),
    onReturned: createOnReturned(deps),
    onApplied: (transitions) =>
      createOnApplied({
        onErased: createOnErased({ ...deps, transitions }),
        onReport: createOnReport({ transitions }),
      }),
  };
}
