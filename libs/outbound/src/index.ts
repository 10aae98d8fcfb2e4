/**
 * Calls to addresses that others name: they reach the public internet, and nothing inside unless the
 * installation allows it.
 */
export { type AllowedAddresses, createAllowedAddresses } from './allowed.ts';
export { type ConnectorOptions, createConnector, ForbiddenTargetError } from './connector.ts';
