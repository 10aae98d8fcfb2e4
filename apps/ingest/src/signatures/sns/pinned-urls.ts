/**
 * The ARN of a standard topic. The form of the region matters: `sns.s3-eu-west-1.amazonaws.com` would be a
 * bucket that anybody can own, not SNS.
 */
export const TOPIC_ARN =
  '^arn:(aws|aws-cn|aws-us-gov):sns:([a-z]{2,}(?:-[a-z]+){1,3}-[0-9]{1,2}):[0-9]{12}:[A-Za-z0-9_-]{1,256}$';

/** The host of SNS in the region of a topic; undefined for anything but the ARN of a standard topic. */
export function snsHost(topicArn: string): string | undefined {
  const [, partition, region] = new RegExp(TOPIC_ARN).exec(topicArn) ?? [];
  if (region === undefined) return undefined;
  return `sns.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`;
}

/**
 * Whether a URL is that of an SNS certificate in the topic's region. One file without a query: an API
 * operation on the same host could answer with a text that somebody else chose.
 */
export function certificateUrl(text: string, topicArn: string): URL | undefined {
  const url = urlAtSns(text, topicArn);
  return url !== undefined && url.search === '' && /^\/[\w-]{1,200}\.pem$/.test(url.pathname)
    ? url
    : undefined;
}

/** Whether a URL confirms a subscription to the topic, in the topic's region. */
export function confirmationUrl(text: string, topicArn: string): URL | undefined {
  const url = urlAtSns(text, topicArn);
  if (url?.pathname !== '/' || url.searchParams.get('Action') !== 'ConfirmSubscription') return undefined;
  return url.searchParams.get('TopicArn') === topicArn ? url : undefined;
}

/** `https` without port, credentials or fragment, on the host of the topic's region. */
function urlAtSns(text: string, topicArn: string): URL | undefined {
  const url = text.length <= 2_048 ? URL.parse(text) : null;
  const host = snsHost(topicArn);
  if (url === null || host === undefined || url.protocol !== 'https:' || url.host !== host) return undefined;
  return url.username === '' && url.password === '' && url.hash === '' ? url : undefined;
}
