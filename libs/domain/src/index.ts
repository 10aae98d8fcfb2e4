/** The pure heart: events, prospects, campaigns, enrollments, messages. No I/O, no clock, no driver. */
export * from './campaign/definition.ts';
export * from './clock.ts';
export * from './enrollment/enrollment.ts';
export * from './event.ts';
export * from './ids.ts';
export * from './json.ts';
export * from './message/message.ts';
export * from './prospect/company.ts';
export * from './prospect/prospect.ts';
