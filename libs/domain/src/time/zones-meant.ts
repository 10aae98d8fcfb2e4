/**
 * Abbreviations and names of Windows that people write for a zone, and the IANA zones that they may mean, the
 * likeliest first.
 */
const MEANT: Readonly<Record<string, string>> = {
  ACDT: 'Australia/Adelaide',
  ACST: 'Australia/Darwin Australia/Adelaide',
  ADT: 'America/Halifax',
  AEDT: 'Australia/Sydney',
  AEST: 'Australia/Sydney Australia/Brisbane',
  AKDT: 'America/Anchorage',
  AKST: 'America/Anchorage',
  ART: 'America/Argentina/Buenos_Aires',
  AST: 'America/Halifax Asia/Riyadh',
  AWST: 'Australia/Perth',
  BRT: 'America/Sao_Paulo',
  BST: 'Europe/London Asia/Dhaka',
  CAT: 'Africa/Maputo',
  CDT: 'America/Chicago America/Havana',
  CEST: 'Europe/Paris',
  CST: 'America/Chicago Asia/Shanghai America/Havana',
  CT: 'America/Chicago',
  EAT: 'Africa/Nairobi',
  EDT: 'America/New_York',
  EEST: 'Europe/Athens',
  EST: 'America/New_York America/Panama',
  ET: 'America/New_York',
  GST: 'Asia/Dubai',
  HKT: 'Asia/Hong_Kong',
  ICT: 'Asia/Bangkok',
  IDT: 'Asia/Jerusalem',
  IST: 'Asia/Kolkata Europe/Dublin Asia/Jerusalem',
  JST: 'Asia/Tokyo',
  KST: 'Asia/Seoul',
  MDT: 'America/Denver',
  MSK: 'Europe/Moscow',
  MST: 'America/Denver America/Phoenix',
  MT: 'America/Denver',
  NDT: 'America/St_Johns',
  NST: 'America/St_Johns',
  NZDT: 'Pacific/Auckland',
  NZST: 'Pacific/Auckland',
  PDT: 'America/Los_Angeles',
  PHT: 'Asia/Manila',
  PKT: 'Asia/Karachi',
  PST: 'America/Los_Angeles Asia/Manila',
  PT: 'America/Los_Angeles',
  SAST: 'Africa/Johannesburg',
  SGT: 'Asia/Singapore',
  SST: 'Pacific/Pago_Pago',
  WAT: 'Africa/Lagos',
  WEST: 'Europe/Lisbon',
  WIB: 'Asia/Jakarta',
  'AUS EASTERN STANDARD TIME': 'Australia/Sydney',
  'CENTRAL EUROPE STANDARD TIME': 'Europe/Budapest',
  'CENTRAL EUROPEAN STANDARD TIME': 'Europe/Warsaw',
  'CENTRAL STANDARD TIME': 'America/Chicago',
  'CHINA STANDARD TIME': 'Asia/Shanghai',
  'E. SOUTH AMERICA STANDARD TIME': 'America/Sao_Paulo',
  'EASTERN STANDARD TIME': 'America/New_York',
  'FLE STANDARD TIME': 'Europe/Kyiv',
  'GMT STANDARD TIME': 'Europe/London',
  'INDIA STANDARD TIME': 'Asia/Kolkata',
  'MOUNTAIN STANDARD TIME': 'America/Denver',
  'PACIFIC STANDARD TIME': 'America/Los_Angeles',
  'ROMANCE STANDARD TIME': 'Europe/Paris',
  'SINGAPORE STANDARD TIME': 'Asia/Singapore',
  'TOKYO STANDARD TIME': 'Asia/Tokyo',
  'W. EUROPE STANDARD TIME': 'Europe/Berlin',
};

/**
 * The IANA zones that somebody may mean who wrote this: an abbreviation, a name of Windows, a city, or a name
 * with spaces in it.
 */
export function zonesMeant(text: string): readonly string[] {
  const listed = MEANT[text.toUpperCase()];
  if (listed !== undefined) return listed.split(' ');
  const name = text
    .replaceAll(/\s*\/\s*/g, '/')
    .replaceAll(/\s+/g, '_')
    .toLowerCase();
  if (name === '') return [];
  return Intl.supportedValuesOf('timeZone').filter((zone) => {
    const candidate = zone.toLowerCase();
    return candidate === name || candidate.endsWith(`/${name}`);
  });
}
