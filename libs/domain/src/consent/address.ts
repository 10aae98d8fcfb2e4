/**
 * Addresses that differ in their case alone are one: no server in use tells them apart, and a bounce repeats
 * them as it likes.
 */
export const plainAddress = (address: string): string => address.trim().toLowerCase();
