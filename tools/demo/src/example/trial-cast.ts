/** The people of the example and their stories. `trial-events.ts` turns them into events. */

export const companies = {
  'alder-works': { name: 'Alder Works', employees: 12 },
  'birch-and-co': { name: 'Birch & Co', employees: 480 },
  'cedar-labs': { name: 'Cedar Labs', employees: 75 },
  'dune-freight': { name: 'Dune Freight', employees: 30 },
  'elm-street-books': { name: 'Elm Street Books', employees: 4 },
  'fjord-energy': { name: 'Fjord Energy', employees: 1900 },
} as const;

export type CompanyId = keyof typeof companies;

/**
 * builds: creates a project in time. builds-late: the same, but the event arrives nine hours later.
 * looks: opens only the demo project. idle: does nothing. buys-early, buys-late: subscribes while the
 * campaign waits. leaves-early, leaves-late: unsubscribes while it waits. opted-out: had unsubscribed before.
 * history: the trial began long before it is reported.
 */
type Story =
  | 'builds'
  | 'builds-late'
  | 'looks'
  | 'idle'
  | 'buys-early'
  | 'buys-late'
  | 'leaves-early'
  | 'leaves-late'
  | 'opted-out'
  | 'history';

export interface Member {
  readonly id: string;
  readonly name: string;
  readonly zone: string;
  readonly company?: CompanyId;
  readonly story: Story;
  readonly plan?: 'enterprise';
  /** Has no address. */
  readonly silent?: true;
  /** The mail server has no such mailbox. */
  readonly gone?: true;
}

const member = (
  id: string,
  name: string,
  zone: string,
  story: Story,
  company?: CompanyId,
  more: Pick<Member, 'plan' | 'silent' | 'gone'> = {},
): Member => ({ id, name, zone, story, ...(company === undefined ? {} : { company }), ...more });

/** In the order of their sign-ups. */
export const cast: readonly Member[] = [
  member('ada', 'Ada Nowak', 'Europe/Berlin', 'builds', 'alder-works'),
  member('bruno', 'Bruno Costa', 'America/Sao_Paulo', 'idle'),
  member('chiyo', 'Chiyo Tanaka', 'Asia/Tokyo', 'builds-late', 'cedar-labs'),
  member('dmitri', 'Dmitri Petrov', 'Europe/Berlin', 'buys-early', 'birch-and-co'),
  member('esther', 'Esther Wanjiru', 'Africa/Nairobi', 'looks', 'dune-freight'),
  member('farid', 'Farid Rahman', 'Asia/Kolkata', 'leaves-early'),
  member('grace', 'Grace Hill', 'America/New_York', 'builds', 'birch-and-co'),
  member('hana', 'Hana Suzuki', 'Asia/Tokyo', 'buys-late', 'cedar-labs'),
  member('ivan', 'Ivan Horvat', 'Europe/Lisbon', 'idle', 'elm-street-books'),
  member('jun', 'Jun Park', 'Australia/Sydney', 'builds'),
  member('kofi', 'Kofi Mensah', 'Europe/London', 'leaves-late', 'dune-freight'),
  member('lena', 'Lena Vogel', 'Europe/Berlin', 'idle', 'fjord-energy', { plan: 'enterprise' }),
  member('mateo', 'Mateo Ruiz', 'America/Los_Angeles', 'builds', 'cedar-labs'),
  member('nadia', 'Nadia Haddad', 'Europe/London', 'idle', 'alder-works'),
  member('omar', 'Omar Siddiqui', 'Asia/Kolkata', 'builds-late', 'birch-and-co'),
  member('petra', 'Petra Lind', 'Europe/Berlin', 'opted-out'),
  member('quinn', 'Quinn Avery', 'America/New_York', 'looks', 'cedar-labs'),
  member('rosa', 'Rosa Blanco', 'America/Sao_Paulo', 'buys-early'),
  member('sven', 'Sven Aas', 'Europe/Berlin', 'builds', 'fjord-energy'),
  member('tala', 'Tala Reyes', 'Australia/Sydney', 'idle', 'dune-freight', { silent: true }),
  member('umar', 'Umar Bello', 'Africa/Nairobi', 'builds'),
  member('vera', 'Vera Sousa', 'Europe/Lisbon', 'leaves-early', 'elm-street-books'),
  member('wendy', 'Wendy Osei', 'Europe/London', 'builds', 'birch-and-co'),
  member('xavier', 'Xavier Roy', 'America/New_York', 'idle'),
  member('yuki', 'Yuki Mori', 'Asia/Tokyo', 'looks', 'alder-works'),
  member('zoe', 'Zoe Martin', 'America/Los_Angeles', 'buys-late', 'birch-and-co'),
  member('amara', 'Amara Obi', 'Africa/Nairobi', 'history', 'dune-freight'),
  member('bodil', 'Bodil Krog', 'Europe/Berlin', 'builds', 'cedar-labs'),
  member('cyrus', 'Cyrus Patel', 'Asia/Kolkata', 'idle', 'birch-and-co', { gone: true }),
  member('dora', 'Dora Klein', 'Europe/Berlin', 'leaves-late'),
  member('emil', 'Emil Stone', 'America/New_York', 'builds', 'elm-street-books'),
  member('fiona', 'Fiona Walsh', 'Europe/London', 'buys-late', 'fjord-energy'),
  member('goro', 'Goro Ito', 'Asia/Tokyo', 'idle'),
  member('helga', 'Helga Brandt', 'Europe/Berlin', 'idle', 'birch-and-co', { plan: 'enterprise' }),
  member('inez', 'Inez Duarte', 'America/Sao_Paulo', 'builds', 'cedar-labs'),
  member('jonas', 'Jonas Berg', 'Europe/Berlin', 'looks', 'alder-works'),
  member('kira', 'Kira Young', 'America/Los_Angeles', 'idle', 'dune-freight'),
  member('liam', 'Liam Byrne', 'Europe/Lisbon', 'builds', 'birch-and-co'),
  member('mina', 'Mina Sato', 'Australia/Sydney', 'buys-early', 'cedar-labs'),
  member('noah', 'Noah Frank', 'America/New_York', 'builds', 'fjord-energy'),
];
