import { type Static, Type } from 'typebox';
import { exchange } from './topology.ts';
import { contract, type OutMessage } from './wire.ts';

/**
 * `changes` fan-out: a definition was written. Every replica that keeps it in memory reads it again from the
 * store.
 */
const Change = Type.Object({
  kind: Type.Union([
    Type.Literal('source'),
    Type.Literal('campaign'),
    Type.Literal('template'),
    Type.Literal('settings'),
    Type.Literal('secret'),
  ]),
  workspace: Type.String(),
  id: Type.String(),
  version: Type.Integer(),
});
export type Change = Static<typeof Change>;

export const changeContract = contract('change', Change);

export const changeMessage = (change: Change): OutMessage => ({
  exchange: exchange.changes,
  key: change.kind,
  id: `${change.kind}:${change.workspace}:${change.id}:${change.version}`,
  body: change,
});
