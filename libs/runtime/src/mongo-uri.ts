import { ConfigError } from '@herald/config';
import { isConnectionString } from '@herald/store/mongodb';

/** The connection string of MongoDB. Throws a `ConfigError` that shows nothing of it. */
export function mongoUri({ MONGODB_URI }: { readonly MONGODB_URI: string }): string {
  if (isConnectionString(MONGODB_URI)) return MONGODB_URI;
  throw new ConfigError([
    'MONGODB_URI is not right: it is not a MongoDB connection string, or has options that the driver ' +
      'does not know (its value is not shown); expected mongodb://user:password@host:27017/herald. If the ' +
      'user or password has one of $ : / ? # [ ] @ % in it, percent-encode it (%24 %3A %2F %3F %23 %5B ' +
      '%5D %40 %25)',
  ]);
}
